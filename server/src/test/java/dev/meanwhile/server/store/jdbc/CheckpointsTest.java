package dev.meanwhile.server.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.telemetry.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Seen red: without any checkpoint (the log grows to all that is written), and with TRUNCATE after each (it shrinks). */
class CheckpointsTest {
    private static final int COMMITS = 120;
    private static final int MEBIBYTE = 1 << 20;
    private static final long LONGEST = 70L * MEBIBYTE;

    @TempDir
    Path folder;

    /** Seen red: PASSIVE in place of TRUNCATE, and a start without any. */
    @Test
    void theStartEmptiesTheLogOfAnEarlierRun() throws IOException {
        Database database = new Database(folder);
        database.create();
        Path log = folder.resolve(Database.FILE_NAME + "-wal");
        try (Sql other = database.openReader()) { // so that the log stays, as after kill -9
            assertEquals(1, other.count("SELECT count(*) FROM setting WHERE name = 'generation'"));
            try (Sql writer = database.openWriter()) {
                writer.update("INSERT INTO setting VALUES ('filling', ?)", "x".repeat(MEBIBYTE));
            }
            assertTrue(Files.size(log) > MEBIBYTE);
            open().close();
            assertTrue(Files.size(log) < MEBIBYTE / 2, "still " + Files.size(log));
        }
    }

    @Test
    void besideASteadyWriterTheLogBeginsAnewAndItsFileIsKept() throws IOException {
        try (Storage storage = open()) {
            long before = 0;
            for (int i = 0; i < COMMITS; i++) {
                char filling = (char) ('a' + i % 26); // SQLite writes no page that does not change
                storage.inTransaction(Caller.SERVICE, tx -> {
                    tx.settings().set("filling", String.valueOf(filling).repeat(MEBIBYTE));
                    return true;
                });
                long size = Files.size(folder.resolve(Database.FILE_NAME + "-wal"));
                assertTrue(size >= before, "the file was cut from " + before + " to " + size);
                assertTrue(size <= LONGEST, "the log has grown to " + size);
                before = size;
            }
        }
    }

    private Storage open() {
        StoreConfig config = new StoreConfig(folder, false, 64, 64, 2, Duration.ofSeconds(30));
        return JdbcStorage.open(config, Clock.systemUTC(), new Metrics(), failure -> {});
    }
}
