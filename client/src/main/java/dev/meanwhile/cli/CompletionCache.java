package dev.meanwhile.cli;

import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was last seen of a server, one name a line, so that a shell can complete names without asking anybody. It is a
 * convenience: a failure to write it is nobody's concern.
 *
 * <p>{@code $XDG_CACHE_HOME/meanwhile/HOST:PORT/WORKSPACE.sessions} and {@code models} beside it; the scripts of
 * {@link CompletionScripts} read them.
 */
final class CompletionCache {
    /** The newest ones; more than that nobody reads in a list. */
    static final int MOST_NAMES = 1_000;

    static final int LONGEST_NAME = 200;
    private final Path folder;

    CompletionCache(Function<String, @Nullable String> environment) {
        this.folder = Folders.own(environment, "XDG_CACHE_HOME", ".cache");
    }

    void sessions(Target target, List<Session> sessions) {
        if (Profile.isName(target.workspace())) {
            Set<String> ids = sessions.stream().map(Session::getSessionId).collect(Collectors.toSet());
            List<String> names = sessions.stream()
                    .filter(session -> session.getState() == SessionState.SESSION_STATE_OPEN)
                    .sorted(Comparator.comparingInt(Session::getNumber).reversed())
                    .map(session -> word(session, ids))
                    .toList();
            write(sessionsFile(target), names);
        }
    }

    /** A session that was just made, by a command that has not asked for the others. */
    void added(Target target, Session session) {
        if (Profile.isName(target.workspace())) {
            List<String> names = new ArrayList<>(read(sessionsFile(target)));
            names.remove(word(session));
            names.addFirst(word(session));
            write(sessionsFile(target), names);
        }
    }

    /** As it is to be typed; an id goes before a name. */
    private static String word(Session session, Set<String> ids) {
        String name = session.getName();
        boolean another = ids.contains(name) && !name.equals(session.getSessionId());
        return another ? SessionFinder.EXACTLY + name : word(session);
    }

    private static String word(Session session) {
        String name = session.getName();
        return SessionFinder.word(isPlain(name) ? name : session.getSessionId());
    }

    private Path sessionsFile(Target target) {
        return file(target, target.workspace() + ".sessions");
    }

    void models(Target target, List<Model> models) {
        write(file(target, "models"), models.stream().map(Model::getName).toList());
    }

    private Path file(Target target, String name) {
        return folder.resolve(target.address().toString()).resolve(name);
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) { // mostly there is none
            return List.of();
        }
    }

    private static void write(Path file, List<String> names) {
        List<String> lines = names.stream()
                .filter(CompletionCache::isPlain)
                .limit(MOST_NAMES)
                .toList();
        try {
            if (!Files.exists(file) || !read(file).equals(lines)) {
                PrivateFile.replace(file, lines);
            }
        } catch (IOException | RuntimeException e) {
            // The next command will try again.
        }
    }

    /** Not taken for an option, and without anything a terminal obeys. */
    private static boolean isPlain(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && !name.startsWith("-")
                && name.equals(EscapeFilter.line(name))
                && name.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
    }
}
