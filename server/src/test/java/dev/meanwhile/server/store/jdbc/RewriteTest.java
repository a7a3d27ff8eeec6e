package dev.meanwhile.server.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The rewrite behind {@code compact}: what it needs, where its copy lies, and what it leaves in the log. */
class RewriteTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final int KEPT = 8;

    @TempDir
    Path folder;

    private Database database;
    private Path file;
    private Path log;

    @BeforeEach
    void fill() {
        database = new Database(folder);
        file = folder.resolve(Database.FILE_NAME);
        log = folder.resolve(Database.FILE_NAME + "-wal");
        database.create();
        try (Sql sql = database.openWriter()) {
            for (int i = 0; i < 2 * KEPT; i++) {
                String filling = String.valueOf((char) ('a' + i)).repeat(MEBIBYTE);
                sql.update("INSERT INTO setting VALUES (?, ?)", "filling-" + i, filling);
            }
            sql.update("DELETE FROM setting WHERE name LIKE 'filling-1_' OR name IN ('filling-0', 'filling-1')");
        }
    }

    /** Seen red: without the look at the room; with room for one copy only. */
    @Test
    void withoutRoomForTwiceWhatIsKeptNothingIsWritten() throws IOException {
        long needed = 2 * kept();
        byte[] before = Files.readAllBytes(file);
        String words = String.valueOf(assertThrows(IllegalStateException.class, () -> database.rewrite(needed - 1))
                .getMessage());
        assertEquals(
                "there is no room to rewrite " + file + ": " + needed + " bytes must be free beside it, and "
                        + (needed - 1) + " are; free some and run it again",
                words);
        assertEquals(-1, Arrays.mismatch(before, Files.readAllBytes(file)), "nothing changed");
        database.rewrite(needed);
        assertTrue(Files.size(file) < before.length - KEPT * MEBIBYTE / 2, "still " + Files.size(file));
    }

    /** Seen red: without temp_store_directory, and with temp_store in memory. The copy's name is gone at once. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere a file that is gone at once is not told of")
    void theCopyLiesInTheDataFolder() throws Exception {
        try (WatchService watch = folder.getFileSystem().newWatchService()) {
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            database.rewrite();
            List<String> made = new ArrayList<>();
            while (made.stream().noneMatch(name -> name.startsWith("etilqs_"))) {
                WatchKey key = watch.poll(20, TimeUnit.SECONDS);
                assertTrue(key != null, "no temporary file of SQLite in " + made);
                for (WatchEvent<?> event : key.pollEvents()) {
                    made.add(String.valueOf(event.context()));
                }
                key.reset();
            }
        }
    }

    /** An open connection keeps the file of the log. Seen red: PASSIVE in place of TRUNCATE. */
    @Test
    void theLogIsEmptyAfterwards() throws IOException {
        try (Sql other = database.openReader()) {
            assertEquals(KEPT, fillings(other));
            database.rewrite();
            assertEquals(0, Files.size(log));
            assertEquals(KEPT, fillings(other));
        }
    }

    /** Seen red: what the checkpoint answers not looked at. */
    @Test
    void aReaderInItsWayIsTold() {
        try (Sql other = database.openReader()) {
            other.control("BEGIN");
            assertEquals(KEPT, fillings(other));
            String words = String.valueOf(
                    assertThrows(IllegalStateException.class, database::rewrite).getMessage());
            assertEquals("the log of " + file + " could not be emptied; somebody reads it", words);
            assertEquals(KEPT, fillings(other));
            other.control("COMMIT");
        }
    }

    private static int fillings(Sql sql) {
        return sql.count("SELECT count(*) FROM setting WHERE name LIKE 'filling-%'");
    }

    private long kept() {
        try (Sql sql = database.openReader()) {
            return sql.count("SELECT page_size * (page_count - freelist_count)"
                    + " FROM pragma_page_size, pragma_page_count, pragma_freelist_count");
        }
    }
}
