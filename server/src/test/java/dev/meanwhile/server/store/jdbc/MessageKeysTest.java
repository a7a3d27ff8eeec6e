package dev.meanwhile.server.store.jdbc;

import static dev.meanwhile.server.store.jdbc.Samples.SESSION;
import static dev.meanwhile.server.store.jdbc.Samples.SUBMISSION;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A message's key names it to running work, so it is never used again. */
final class MessageKeysTest {
    /** Seen red: keys that go on from the messages that are there. */
    @Test
    void goOnFromTheHighestEverCommitted(@TempDir Path folder) {
        Database database = new Database(folder);
        database.create();
        try (JdbcTransaction tx = writer(database)) {
            assertEquals(1, insert(tx, "a"));
            assertEquals(2, insert(tx, "b"));
            tx.messages().remove(1);
            tx.messages().remove(2);
            tx.control("COMMIT");
        }
        try (JdbcTransaction tx = writer(database)) {
            assertEquals(3, insert(tx, "c"));
            tx.control("ROLLBACK");
        }
        try (JdbcTransaction tx = writer(database)) {
            assertEquals(3, insert(tx, "d"));
            assertEquals(4, insert(tx, "e"));
            tx.control("COMMIT");
        }
    }

    private static JdbcTransaction writer(Database database) {
        JdbcTransaction tx = JdbcTransaction.ofWriter(database.openWriter(), Clock.systemUTC());
        tx.control("BEGIN IMMEDIATE");
        tx.startCommand();
        return tx;
    }

    private static long insert(JdbcTransaction tx, String id) {
        return tx.messages()
                .insert(SESSION, id, SUBMISSION, new byte[] {1}, "text")
                .key();
    }
}
