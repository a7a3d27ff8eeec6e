package dev.meanwhile.cli;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A small file of lines that only its owner may read, replaced as a whole or not at all. */
final class PrivateFile {
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final int MOST_LINKS = 40;

    private PrivateFile() {}

    /** What changes a file that others may be changing too. */
    interface Change<T> {
        T make() throws IOException;
    }

    /**
     * Makes a change while nobody else does. The lock is a file beside it that stays: one that is deleted would be held
     * by one and made anew by another. Of a symlink it is beside what that leads to, where all links to it meet.
     *
     * @throws IOException also if another one holds it for {@link #LONGEST_WAIT}
     */
    static <T> T alone(Path file, Change<T> change) throws IOException, InterruptedException {
        Path locked = target(file);
        Path lock = folderOf(locked).resolve("." + locked.getFileName() + ".lock");
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        long start = System.nanoTime();
        try (FileChannel channel = FileChannel.open(lock, options, FILE)) {
            while (!isLocked(channel)) {
                if (System.nanoTime() - start > LONGEST_WAIT.toNanos()) {
                    throw new FileSystemException(lock.toString(), null, "another command holds " + lock);
                }
                Thread.sleep(20);
            }
            return change.make();
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) { // this very process
            return false;
        }
    }

    /** Where a symlink leads, also if nothing is there yet: what people keep elsewhere stays there. */
    private static Path target(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(target); links++) {
            if (links == MOST_LINKS) {
                throw new FileSystemException(file.toString(), null, "its symlinks go in a circle");
            }
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    private static Path folderOf(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new FileSystemException(file.toString(), null, "it is the root of all folders");
        }
        return Files.createDirectories(folder, FOLDER);
    }

    static void replace(Path named, List<String> lines) throws IOException {
        Path file = target(named);
        Path folder = folderOf(file);
        Path fresh = Files.createTempFile(folder, "." + file.getFileName(), ".new", FILE);
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                String text = lines.stream().map(line -> line + "\n").collect(Collectors.joining());
                Channels.newOutputStream(channel).write(text.getBytes(StandardCharsets.UTF_8));
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
