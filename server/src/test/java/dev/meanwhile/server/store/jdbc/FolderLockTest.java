package dev.meanwhile.server.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class FolderLockTest {
    @TempDir
    Path folder;

    /** Once only the lock's file was left to the umask. */
    @Test
    void allFilesAreTheirOwnersOnly() throws IOException {
        Path data = folder.resolve("data");
        FolderLock.take(data).close();
        new Database(data).create();
        assertEquals("rwx------", mode(data));
        for (String file : new String[] {"meanwhile.lock", Database.FILE_NAME}) {
            assertEquals("rw-------", mode(data.resolve(file)), file);
        }
    }

    /** Once the words in the brackets were the path again. */
    @Test
    void aFolderThatCannotBeUsedIsToldWhy() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertEquals("it is not a folder", why(file));
        assertEquals("Not a directory", why(file.resolve("below")));
        Files.createDirectories(folder.resolve("taken").resolve("meanwhile.lock"));
        assertEquals("Is a directory", why(folder.resolve("taken")));
    }

    /** Once it was no folder. */
    @Test
    void aLinkThatLeadsNowhereIsCalledSo() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
        assertEquals("it is a link that leads nowhere", why(link));
        Path file = Files.createSymbolicLink(folder.resolve(Database.FILE_NAME), folder.resolve("nowhere"));
        assertEquals(
                "can't make " + file + ": it is a link that leads nowhere",
                assertThrows(UncheckedIOException.class, () -> new Database(folder).create())
                        .getMessage());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFolderThatCannotBeMadeIsToldWhy() {
        assertEquals("it is not there and can't be made", why(Path.of("/proc/x")));
    }

    private static String why(Path data) {
        String told = assertThrows(UncheckedIOException.class, () -> FolderLock.take(data))
                .getMessage();
        String before = "can't use the data folder " + data + " (";
        String behind = "); choose a writable one with --data";
        assertEquals(before, told.substring(0, before.length()));
        return told.substring(before.length(), told.length() - behind.length());
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
