package dev.meanwhile.server.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.FailedAttempt;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Ids;
import dev.meanwhile.server.domain.LaneEventKind;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.Route;
import dev.meanwhile.server.domain.RouteReason;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionCounts;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.domain.Submission;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.store.Head;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.store.jdbc.JdbcStorage;
import dev.meanwhile.server.telemetry.Metrics;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P14: the purge of a large session runs in pieces that don't hold up the writer. */
final class PurgerTest {
    private static final Ids IDS = new Ids();
    private static final int MAX_ROWS = 1_000;
    private static final int MAX_BYTES = 1 << 20;

    @TempDir
    Path folder;

    private record Left(int rows, int bytes) {}

    /** Planted: users' texts not counted; the history of the places not counted. Each found red. */
    @Test
    void p14NoPieceTakesMoreThanAThousandRowsAndOneMebibyte() throws Exception {
        StoreConfig config = new StoreConfig(folder, false, 64, 16, 2, Duration.ofSeconds(30));
        try (JdbcStorage storage = JdbcStorage.open(config, Clock.systemUTC(), new Metrics(), failure -> {
            throw new AssertionError(failure);
        })) {
            Session session = storage.inTransaction(Caller.SERVICE, PurgerTest::session);
            for (int i = 0; i < 40; i++) {
                storage.inTransaction(Caller.SERVICE, tx -> message(tx, session, 200 << 10, 0, 50, 60));
                storage.inTransaction(Caller.SERVICE, tx -> message(tx, session, 10, 3, 0, 0));
            }
            storage.inTransaction(Caller.SERVICE, tx -> message(tx, session, 10, 400, 0, 0));
            storage.inTransaction(Caller.SERVICE, tx -> {
                tx.sessions().save(session.ended(SessionState.DELETED, tx.now()));
                return true;
            });
            Purger purger = new Purger(storage, new Signals());
            Left left = left();
            int pieces = 0;
            while (purger.purgePiece()) {
                Left now = left();
                assertTrue(left.rows() - now.rows() <= MAX_ROWS, left + " to " + now);
                assertTrue(left.bytes() - now.bytes() <= MAX_BYTES, left + " to " + now);
                assertTrue(left.rows() > now.rows(), "no progress");
                left = now;
                pieces++;
            }
            assertTrue(pieces > 10, "only " + pieces);
            assertEquals(new Left(0, 0), left);
        }
    }

    private static Session session(Transaction tx) {
        long workspace = tx.workspaces().create("default").key();
        Session fresh = new Session(
                0,
                workspace,
                "default",
                "gone",
                1,
                "gone",
                "m",
                SessionState.OPEN,
                false,
                "epoch",
                true,
                tx.now(),
                null,
                0,
                0,
                SessionCounts.ZERO,
                TokenUsage.NONE,
                null);
        long key = tx.sessions().insert(fresh, null, new byte[0]);
        tx.sessions().setInstruction(key, "be brief");
        return Objects.requireNonNull(tx.sessions().find(key));
    }

    private static boolean message(
            Transaction tx, Session session, int textBytes, int segments, int laneEvents, int failedAttempts) {
        Submission submission = new Submission(
                null,
                Route.BACKGROUND,
                RouteReason.NO_ACTIVE_SESSION,
                null,
                Priority.LOW,
                null,
                ConflictPolicy.ENQUEUE,
                0,
                Instant.EPOCH);
        Message message =
                tx.messages().insert(session, IDS.timeOrdered(1), submission, new byte[0], "x".repeat(textBytes));
        for (int i = 0; i < segments; i++) {
            tx.segments()
                    .append(
                            message,
                            1 + 2L * i,
                            List.of(
                                    new ResponseEntry.Text("y".repeat(6 << 10), 0),
                                    new ResponseEntry.Text("z".repeat(100), 0)));
        }
        Head head = new Head(session.key(), message.key(), 1, "m", Priority.LOW, 1, 0, Head.Status.IN_LANE, null, 0);
        for (int i = 0; i < laneEvents; i++) {
            head = head.placed(1);
            tx.heads().addEvent(head, tx.now(), LaneEventKind.LANE_CHANGED);
        }
        for (int i = 1; i <= failedAttempts; i++) {
            tx.messages()
                    .addFailedAttempt(
                            message.key(),
                            new FailedAttempt(
                                    i,
                                    Instant.EPOCH,
                                    Instant.EPOCH,
                                    "m",
                                    Priority.LOW,
                                    FailureReason.PROVIDER_UNAVAILABLE,
                                    "w".repeat(1_000)));
        }
        return true;
    }

    private Left left() throws SQLException {
        int rows = 0;
        int bytes = 0;
        try (Connection store = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("meanwhile.db"));
                Statement statement = store.createStatement()) {
            for (String table : List.of(
                    "session",
                    "instruction",
                    "message",
                    "message_text",
                    "segment",
                    "lane_event",
                    "failed_attempt",
                    "notification",
                    "head")) {
                rows += one(statement, "SELECT count(*) FROM " + table);
            }
            bytes += one(statement, "SELECT coalesce(sum(length(text)), 0) FROM message_text");
            bytes += one(statement, "SELECT coalesce(sum(length(entries)), 0) FROM segment");
            bytes += one(statement, "SELECT coalesce(sum(length(text)), 0) FROM failed_attempt");
            bytes += one(statement, "SELECT coalesce(sum(length(text)), 0) FROM instruction");
        }
        return new Left(rows, bytes);
    }

    private static int one(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            return result.getInt(1);
        }
    }
}
