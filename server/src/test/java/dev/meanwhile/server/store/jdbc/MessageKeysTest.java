package dev.meanwhile.server.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Route;
import dev.meanwhile.server.domain.RouteReason;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionCounts;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.domain.Submission;
import dev.meanwhile.server.domain.TokenUsage;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A message's key names it to running work, so it is never used again. */
final class MessageKeysTest {
    private static final Session SESSION = new Session(
            1,
            1,
            "w",
            "s",
            1,
            "n",
            "m",
            SessionState.OPEN,
            false,
            "e",
            false,
            Instant.EPOCH,
            null,
            0,
            0,
            SessionCounts.ZERO,
            TokenUsage.NONE,
            null);
    private static final Submission SUBMISSION = new Submission(
            null,
            Route.BACKGROUND,
            RouteReason.NO_ACTIVE_SESSION,
            null,
            Priority.LOW,
            null,
            ConflictPolicy.ENQUEUE,
            0,
            Instant.EPOCH);

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
