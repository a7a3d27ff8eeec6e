package dev.meanwhile.cli;

import dev.meanwhile.client.SessionList;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the session that a user means: by number, exact id, exact name or a prefix of id or name that only one has;
 * {@code name:X} is the one whose name or id is exactly X.
 * Open sessions go before closed ones, which may share a name.
 */
final class SessionFinder {
    /** What is written beside each parameter that names a session. */
    static final String HELP =
            "Its number, id or name, or how one of these begins; name:X if X is a number or another's id.";

    private static final int MOST_NAMED = 5;
    /** Before a name that is taken as it is. */
    static final String EXACTLY = "name:";

    private final Cli cli;
    private final List<Session> sessions;
    private final Optional<Session> active;

    SessionFinder(Cli cli, SessionList list) {
        this.cli = cli;
        this.sessions = list.sessions();
        this.active = list.active();
    }

    /** The session in front, for commands that were not told another one. */
    Session active() {
        if (sessions.isEmpty()) {
            throw new UserError("there is no session yet; make one with: " + cli.command("new"));
        }
        return active.orElseThrow(() -> new UserError("no session is active; name one, or go to one with: "
                + cli.command("switch SESSION") + " (they are in: " + cli.command("sessions") + ")"));
    }

    /** Whether an open session has exactly this name or id. */
    boolean isOpen(String name) {
        return sessions.stream()
                .anyMatch(s -> isOpen(s)
                        && (s.getName().equals(name) || s.getSessionId().equals(name)));
    }

    /** How to reach a session of this name where it is typed alone; empty = by its name. */
    static Optional<String> reach(String name) {
        return isNumber(name)
                ? Optional.of("\"" + name + "\" alone is taken for a session's number; this one is " + word(name))
                : Optional.empty();
    }

    /** What means a session of this name or id, unless another's id, or behind "name:" another's name, is the same. */
    static String word(String nameOrId) {
        return isNumber(nameOrId) || nameOrId.startsWith(EXACTLY) ? EXACTLY + nameOrId : nameOrId;
    }

    Session find(String wanted) {
        return find(wanted, "session", sessions);
    }

    /** For what a closed session does not take: none is proposed, but one that is named is told to be closed. */
    Session findForWork(String wanted) {
        return find(
                wanted,
                "open session",
                sessions.stream().filter(SessionFinder::isOpen).toList());
    }

    private Session find(String wanted, String kind, List<Session> proposed) {
        if (wanted.isBlank()) {
            throw cli.usage("the session's name is empty or nothing but spaces; its number, id or name is in: "
                    + cli.command("sessions"));
        }
        return byExactName(wanted)
                .or(() -> only(s -> String.valueOf(s.getNumber()).equals(wanted)))
                .or(() -> only(s -> s.getSessionId().equals(wanted)))
                .or(() -> only(s -> s.getName().equals(wanted)))
                .or(() -> byPrefix(wanted, proposed))
                .orElseThrow(() -> notFound(wanted, kind, proposed));
    }

    /** The way round a number, which goes before a name that looks like one. */
    private Optional<Session> byExactName(String wanted) {
        if (!wanted.startsWith(EXACTLY)) {
            return Optional.empty();
        }
        String name = wanted.substring(EXACTLY.length());
        return only(s -> s.getName().equals(name))
                .or(() -> only(s -> s.getSessionId().equals(name)));
    }

    private Optional<Session> only(Predicate<Session> means) {
        List<Session> found = sessions.stream().filter(means).toList();
        List<Session> open = found.stream().filter(SessionFinder::isOpen).toList();
        if (open.size() == 1) {
            return Optional.of(open.getFirst());
        }
        // Of closed ones that share a name, none can be meant by it.
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    private Optional<Session> byPrefix(String wanted, List<Session> proposed) {
        if (isNumber(wanted)) { // one that is gone must not become the beginning of another's id
            return Optional.empty();
        }
        Predicate<String> begins = word -> word.startsWith(wanted);
        Optional<Session> one = only(called(begins));
        List<Session> found = proposed.stream().filter(called(begins)).toList();
        if (one.isEmpty() && found.size() > 1) {
            throw new UserError("\"" + wanted + "\" may be " + listed(found, begins)
                    + "; give its number or more of its name or id");
        }
        return one;
    }

    private UserError notFound(String wanted, String kind, List<Session> proposed) {
        if (sessions.isEmpty()) {
            return new UserError("there is no session yet; make one with: " + cli.command("new"));
        }
        if (isNumber(wanted)) {
            return new UserError(
                    "no session has the number or name " + wanted + "; they are in: " + cli.command("sessions"));
        }
        int near = Math.max(1, Math.min(3, wanted.length() / 3));
        Predicate<String> looksLike = word -> looksLike(wanted, word, near);
        List<Session> like = proposed.stream().filter(called(looksLike)).toList();
        List<Session> open = like.stream().filter(SessionFinder::isOpen).toList();
        return new UserError("no " + kind + " \"" + wanted + "\"; "
                + (like.isEmpty()
                        ? "they are in: " + cli.command("sessions")
                        : "did you mean " + listed(open.isEmpty() ? like : open, looksLike) + "?"));
    }

    /** By name or id. */
    private static Predicate<Session> called(Predicate<String> means) {
        return s -> means.test(s.getName()) || means.test(s.getSessionId());
    }

    private static boolean looksLike(String wanted, String name, int near) {
        String a = wanted.toLowerCase(Locale.ROOT);
        String b = name.toLowerCase(Locale.ROOT);
        return b.startsWith(a)
                || (a.length() > 2 && b.contains(a))
                || distance(a, b) <= near
                || (a.length() > 2 && Stream.of(b.split(" ")).anyMatch(word -> distance(a, word) <= near));
    }

    /** How many letters to change, add, leave out or swap with the next, to get from one to the other. */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(d[i - 1][j - 1] + change, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    private static boolean isNumber(String wanted) {
        return wanted.matches("[0-9]+");
    }

    private static boolean isOpen(Session session) {
        return session.getState() == SessionState.SESSION_STATE_OPEN;
    }

    /** Open ones first, each with what is meant of it. */
    private static String listed(List<Session> found, Predicate<String> means) {
        String names = found.stream()
                .sorted(Comparator.comparing(s -> !isOpen(s)))
                .limit(MOST_NAMED)
                .map(s -> Words.session(s)
                        + (means.test(s.getName()) ? "" : " (id " + s.getSessionId() + ")")
                        + (isOpen(s) ? "" : " (closed)"))
                .collect(Collectors.joining(" or "));
        return found.size() > MOST_NAMED ? names + " or another" : names;
    }
}
