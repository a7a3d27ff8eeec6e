package dev.meanwhile.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where our folders are, and how those end that are there for one run only. */
final class Folders {
    private Folders() {}

    /** Our folder below the one the variable names, else below this one of the user's home. */
    static Path own(Function<String, @Nullable String> environment, String variable, String belowHome) {
        String given = environment.apply(variable);
        // The XDG rules say to ignore a relative one.
        if (given != null && given.startsWith("/")) {
            return Path.of(given, "meanwhile");
        }
        String home = environment.apply("HOME");
        return Path.of(home == null || home.isEmpty() ? System.getProperty("user.home") : home, belowHome, "meanwhile");
    }

    /** Deletes it with all that is in it, as far as that goes. */
    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // It lies in the system's folder for such things, which is emptied by the system.
        }
    }
}
