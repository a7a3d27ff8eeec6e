package dev.meanwhile.server.store.jdbc;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends answers that do not come in time. All may take as long, so the one that has waited longest is the first to end,
 * and one look now and then serves all: a timer for each would wake a thread for each.
 */
final class Patience implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 50;

    private final long nanos;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean looking = new AtomicBoolean();
    /** Once it is closed all answers come at once, so nothing is to be looked after. */
    private final ScheduledExecutorService thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("store-timeouts").factory(), new ThreadPoolExecutor.DiscardPolicy());

    Patience(long millis) {
        this.nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private record Waiting(CompletableFuture<?> answer, long since) {}

    void watch(CompletableFuture<?> answer) {
        waiting.add(new Waiting(answer, System.nanoTime()));
        lookSoon();
    }

    /** How many answers it holds. */
    int waiting() {
        return waiting.size();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void lookSoon() {
        if (!looking.get() && looking.compareAndSet(false, true)) {
            thread.schedule(this::look, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        looking.set(false);
        for (Waiting first = waiting.peek(); first != null && over(first); first = waiting.peek()) {
            waiting.remove();
            first.answer.completeExceptionally(new TimeoutException()); // nothing, if it has come
        }
        if (!waiting.isEmpty()) {
            lookSoon();
        }
    }

    private boolean over(Waiting first) {
        return first.answer.isDone() || System.nanoTime() - first.since >= nanos;
    }
}
