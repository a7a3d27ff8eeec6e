package dev.meanwhile.server.store.jdbc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the write-ahead log into the database: beside the writer while it is small, and with the writer waiting once
 * it is large, since beside a steady writer alone it would never start anew.
 */
final class Checkpoints implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger("STORE");
    private static final long PASSIVE_ABOVE = 4L << 20;
    private static final long RESTART_ABOVE = 64L << 20;
    private final Database database;
    private final Path wal;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("store-checkpoints").factory());
    private final AtomicBoolean passiveRuns = new AtomicBoolean();
    private long passiveAt = PASSIVE_ABOVE;

    Checkpoints(Database database) {
        this.database = database;
        this.wal = database.wal();
    }

    /** Makes the database file whole before anything is served, so that nothing rests on the log of an earlier run. */
    void atStart() {
        checkpoint("TRUNCATE");
    }

    /** Called by the writer after each commit. */
    void afterCommit() {
        long size = size();
        if (size > RESTART_ABOVE) {
            checkpoint("RESTART");
            checkpoint("TRUNCATE");
            passiveAt = PASSIVE_ABOVE;
        } else if (size > passiveAt && passiveRuns.compareAndSet(false, true)) {
            passiveAt = size + PASSIVE_ABOVE;
            thread.execute(() -> {
                try {
                    checkpoint("PASSIVE");
                } finally {
                    passiveRuns.set(false);
                }
            });
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("A checkpoint still runs after 10 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void checkpoint(String mode) {
        try (Sql sql = database.openWriter()) {
            sql.one("PRAGMA wal_checkpoint(" + mode + ")", Row::number);
        } catch (StorageException e) {
            log.warn("A {} checkpoint failed; the next one tries again: {}", mode, e.getMessage());
        }
    }

    private long size() {
        try {
            return Files.size(wal);
        } catch (IOException e) {
            return 0; // no log yet
        }
    }
}
