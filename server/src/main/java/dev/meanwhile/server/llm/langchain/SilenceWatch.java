package dev.meanwhile.server.llm.langchain;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a call whose provider stays silent for too long. Only the time in which somebody listens counts: an answer
 * that waits for our own store is no fault of the provider.
 */
final class SilenceWatch {
    private final Runnable close;
    private volatile @Nullable Wait wait;
    private volatile CompletableFuture<Void> timer = CompletableFuture.completedFuture(null);
    private volatile boolean ranOut;
    private volatile boolean over;

    private record Wait(long since, long limit) {}

    SilenceWatch(Runnable close) {
        this.close = close;
    }

    /** Watches until {@link #end}. No limit given to {@link #listen} may be shorter than this. */
    void start(Duration shortest) {
        look(shortest.toNanos());
    }

    /** Somebody listens from now on, and for no longer than this until {@link #heard}. */
    void listen(Duration limit) {
        wait = new Wait(System.nanoTime(), limit.toNanos());
    }

    void heard() {
        wait = null;
    }

    void end() {
        over = true;
        timer.complete(null);
    }

    /** Whether it closed the call. */
    boolean ranOut() {
        return ranOut;
    }

    private void look(long shortest) {
        Wait listening = wait;
        long left = listening == null ? shortest : listening.since + listening.limit - System.nanoTime();
        if (left <= 0) {
            ranOut = true;
            close.run();
            return;
        }
        // Never longer than the shortest: meanwhile this wait may end and another with a shorter limit begin.
        long soon = Math.min(left, shortest);
        CompletableFuture<Void> next = new CompletableFuture<>();
        var unused = next.orTimeout(soon, TimeUnit.NANOSECONDS)
                .exceptionallyAsync(
                        late -> {
                            look(shortest);
                            return null;
                        },
                        Thread::startVirtualThread);
        timer = next;
        if (over) {
            next.complete(null);
        }
    }
}
