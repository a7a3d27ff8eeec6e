package dev.meanwhile.server.store.jdbc;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the write-ahead log into the database: beside the writer while it is short, and with the writer waiting once
 * it is long, since beside a steady writer alone it would never start anew. The file is never cut: a commit that
 * overwrites costs the disk about half of one that makes the file longer.
 */
final class Checkpoints implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger("STORE");

    /** In frames, of a page each: 4 MiB and 64 MiB. */
    private static final int PASSIVE_EVERY = 1 << 10;

    private static final int RESTART_ABOVE = 16 << 10;

    private final Database database;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("store-checkpoints").factory());
    private final AtomicBoolean passiveRuns = new AtomicBoolean();
    private int triedAt;

    Checkpoints(Database database) {
        this.database = database;
    }

    /** Makes the database file whole before anything is served, so that nothing rests on the log of an earlier run. */
    void atStart() {
        checkpoint("TRUNCATE");
    }

    /** Called by the writer after each commit, with its connection. */
    void afterCommit(JdbcTransaction tx) {
        int frames;
        try {
            frames = tx.logFrames();
        } catch (StorageException e) {
            log.warn("The length of the write-ahead log is unknown; asked again after the next commit: {}", e.words());
            return;
        }
        if (frames < triedAt) {
            triedAt = 0; // it began anew
        }
        if (frames > RESTART_ABOVE) {
            checkpoint("RESTART");
        } else if (frames - triedAt >= PASSIVE_EVERY && passiveRuns.compareAndSet(false, true)) {
            triedAt = frames;
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
}
