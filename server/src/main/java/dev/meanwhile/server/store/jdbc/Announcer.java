package dev.meanwhile.server.store.jdbc;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of commits in their order, on one thread: first all callbacks of a commit, then its answers. So what the
 * callbacks do, lines in the log for one, comes before anything that anybody does with an answer.
 */
final class Announcer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger("STORE");
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("store-announcer").factory());

    void announce(List<Command.Ran> commit) {
        thread.execute(() -> {
            for (Command.Ran ran : commit) {
                for (Runnable callback : ran.callbacks()) {
                    try {
                        callback.run();
                    } catch (RuntimeException e) {
                        log.error("A callback after a commit failed", e);
                    }
                }
            }
            for (Command.Ran ran : commit) {
                ran.announce().run();
            }
        });
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
