package dev.meanwhile.server.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.telemetry.Metrics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class WriterTroubleTest {
    @TempDir
    Path folder;

    private JdbcStorage storage;

    @BeforeEach
    void open() {
        // One command a commit, so that others wait behind it.
        StoreConfig config = new StoreConfig(folder, 64, 1, 2, Duration.ofSeconds(5));
        storage = JdbcStorage.open(config, Clock.systemUTC(), new Metrics(), failure -> {});
    }

    @AfterEach
    void close() {
        storage.close();
    }

    /** Seen red: the commit taken for a failed one, so that its commands ran and committed once more. */
    @Test
    void p12AnErrorInACallbackDoesNotRepeatWhatIsCommitted() {
        AtomicInteger runs = new AtomicInteger();
        assertEquals("answer", storage.inTransaction(Caller.SERVICE, tx -> {
            tx.settings().set("runs", String.valueOf(runs.incrementAndGet()));
            tx.afterCommit(() -> {
                throw new AssertionError("planted");
            });
            return "answer";
        }));
        assertEquals("1", storage.read(tx -> tx.settings().get("runs")));
    }
}
