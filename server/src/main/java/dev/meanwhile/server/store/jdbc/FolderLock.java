package dev.meanwhile.server.store.jdbc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps a second server off the same data folder; the system drops the lock with the process. */
final class FolderLock implements AutoCloseable {
    private static final int LONGEST_PID = 20;
    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    static FolderLock take(Path folder) {
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            FileChannel channel = FileChannel.open(
                    folder.resolve("meanwhile.lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    Database.OWNER_ONLY);
            if (lock(channel) == null) {
                String holder = holder(channel);
                channel.close();
                throw new IllegalStateException("another Meanwhile" + holder + " uses the data folder " + folder
                        + "; stop it, or choose another with --data");
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(US_ASCII)), 0);
            return new FolderLock(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "can't use the data folder " + folder + " (" + why(e) + "); choose a writable one with --data", e);
        }
    }

    /** Who wrote itself in; nothing where it has not come to that yet. */
    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(LONGEST_PID);
        channel.read(text, 0);
        String pid = new String(text.array(), 0, text.position(), US_ASCII).strip();
        return pid.matches("[0-9]+") ? " (process " + pid + ")" : "";
    }

    /** Without the path, which the JDK puts into its own words. */
    static String why(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "this user may not write there";
            case FileAlreadyExistsException exists
            when !Files.exists(Path.of(exists.getFile())) -> "it is a link that leads nowhere";
            case FileAlreadyExistsException exists -> "it is not a folder";
            case NoSuchFileException missing -> "it is not there and can't be made";
            case FileSystemException other ->
                other.getReason() == null ? "the system does not say why" : other.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
