package dev.meanwhile.server.store.jdbc;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of commits in their order, one after the other: first all callbacks of a commit, then its answers. So what the
 * callbacks do, lines in the log for one, comes before anything that anybody does with an answer.
 */
final class Announcer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger("STORE");
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("store-announcer").factory());

    /** Commits given to the thread that it has not told of. */
    private final AtomicInteger behind = new AtomicInteger();

    /** Tells of it soon, on a thread of its own. */
    void announce(List<Command.Ran> commit) {
        behind.incrementAndGet();
        thread.execute(() -> {
            try {
                tell(commit);
            } finally {
                behind.decrementAndGet();
            }
        });
    }

    /** Tells of it on the caller's thread if that keeps the order; only the writer may call this. */
    void announceNow(List<Command.Ran> commit) {
        if (behind.get() == 0) {
            tell(commit);
        } else {
            announce(commit);
        }
    }

    private static void tell(List<Command.Ran> commit) {
        for (Command.Ran ran : commit) {
            for (Runnable callback : ran.callbacks()) {
                try {
                    callback.run();
                } catch (RuntimeException e) {
                    log.error("A callback after a commit failed", e);
                } catch (Error e) {
                    Errors.tell(e); // what is committed is told of all the same
                }
            }
        }
        for (Command.Ran ran : commit) {
            ran.announce().run();
        }
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
