package dev.meanwhile.server.store;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the store works.
 *
 * @param dataFolder holds the database and the lock; made with mode 0700 if absent
 * @param restored history that was acknowledged may be gone, as after a backup was put back: all sessions get new epochs
 * @param writerQueue commands of users that may wait for the writer; as many again of the service's own
 * @param writerBatch commands that share one commit at most
 * @param readers threads that read, each with its connection
 * @param callTimeout how long a user's command or a read may wait
 */
public record StoreConfig(
        Path dataFolder, boolean restored, int writerQueue, int writerBatch, int readers, Duration callTimeout) {
    /** The same store, of which nothing is known to be lost. */
    public StoreConfig asIs() {
        return new StoreConfig(dataFolder, false, writerQueue, writerBatch, readers, callTimeout);
    }

    public StoreConfig {
        if (writerQueue < 1 || writerBatch < 1 || readers < 1 || callTimeout.isNegative() || callTimeout.isZero()) {
            throw new IllegalArgumentException("the store's sizes and times must be positive");
        }
    }
}
