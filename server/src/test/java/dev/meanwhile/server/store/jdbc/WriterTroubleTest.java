package dev.meanwhile.server.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.telemetry.Metrics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

@Timeout(30)
class WriterTroubleTest {
    @TempDir
    Path folder;

    private JdbcStorage storage;

    @BeforeEach
    void open() {
        // One command a commit, so that others wait behind it.
        StoreConfig config = new StoreConfig(folder, false, 64, 1, 2, Duration.ofSeconds(5));
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

    /** Seen red: what stood in the queue when the damage was met was written and acknowledged. */
    @Test
    void p12WhatWaitsWhenTheDamageIsMetIsNotWritten() throws Exception {
        CountDownLatch queued = new CountDownLatch(1);
        CompletableFuture<Boolean> first = storage.begin(tx -> await(queued));
        CompletableFuture<Boolean> damaged = storage.begin(tx -> {
            tx.settings().set("damaged", "yes");
            throw new StorageException(new SQLiteException("planted", SQLiteErrorCode.SQLITE_CORRUPT));
        });
        CompletableFuture<Boolean> waiting = storage.begin(tx -> {
            tx.settings().set("waiting", "written");
            return true;
        });
        queued.countDown();
        assertEquals(true, first.get());
        assertThrows(ExecutionException.class, damaged::get);
        Throwable refused = assertThrows(ExecutionException.class, waiting::get).getCause();
        assertEquals(Refusal.Reason.STORAGE_UNAVAILABLE, ((Refusal) refused).reason());
    }

    /** Seen red: the writer's thread ended, and everybody waited for it for ever. */
    @Test
    void troubleBetweenCommitsDoesNotEndTheWriter() {
        storage.inTransaction(Caller.SERVICE, tx -> {
            tx.afterCommit(((JdbcTransaction) tx)::close); // so that the log's length can't be asked
            return true;
        });
        assertEquals("written", storage.inTransaction(Caller.USER, tx -> {
            tx.settings().set("after", "written");
            return tx.settings().get("after");
        }));
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
