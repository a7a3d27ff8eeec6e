package dev.meanwhile.cli;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A small file of lines that only its owner may read, replaced as a whole or not at all. */
final class PrivateFile {
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PrivateFile() {}

    /** Our folder below the one the variable names, else below this one of the user's home. */
    static Path folder(Function<String, @Nullable String> environment, String variable, String belowHome) {
        String given = environment.apply(variable);
        // The XDG rules say to ignore a relative one.
        if (given != null && given.startsWith("/")) {
            return Path.of(given, "meanwhile");
        }
        String home = environment.apply("HOME");
        return Path.of(home == null || home.isEmpty() ? System.getProperty("user.home") : home, belowHome, "meanwhile");
    }

    static void replace(Path file, List<String> lines) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder, FOLDER);
        Path fresh = Files.createTempFile(folder, "." + file.getFileName(), ".new", FILE);
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                Channels.newOutputStream(channel)
                        .write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
