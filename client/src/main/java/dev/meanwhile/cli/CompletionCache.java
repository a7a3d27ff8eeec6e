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
import java.util.function.Function;
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
            List<String> names = sessions.stream()
                    .filter(session -> session.getState() == SessionState.SESSION_STATE_OPEN)
                    .sorted(Comparator.comparingInt(Session::getNumber).reversed())
                    .map(session -> isPlain(session.getName()) ? session.getName() : session.getSessionId())
                    .toList();
            write(target, target.workspace() + ".sessions", names);
        }
    }

    void models(Target target, List<Model> models) {
        write(target, "models", models.stream().map(Model::getName).toList());
    }

    private void write(Target target, String name, List<String> names) {
        List<String> lines = new ArrayList<>(names.stream()
                .filter(CompletionCache::isPlain)
                .limit(MOST_NAMES)
                .toList());
        Path file = folder.resolve(target.address().toString()).resolve(name);
        try {
            if (!Files.exists(file) || !Files.readAllLines(file).equals(lines)) {
                PrivateFile.replace(file, lines);
            }
        } catch (IOException | RuntimeException e) {
            // The next command will try again.
        }
    }

    /** Not taken for an option or for a number, and without anything a terminal obeys. */
    private static boolean isPlain(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && !name.startsWith("-")
                && !name.chars().allMatch(c -> c >= '0' && c <= '9')
                && name.equals(EscapeFilter.line(name))
                && name.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
    }
}
