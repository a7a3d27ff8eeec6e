package dev.meanwhile.server.responses;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Lets streams beat whenever they were silent for a time. */
public final class Heartbeats implements AutoCloseable {
    private final long interval;
    private final Timer timer;
    private final Runnable stop;

    /** Runs a task once after that time. */
    @FunctionalInterface
    interface Timer {
        void after(long nanos, Runnable task);
    }

    public Heartbeats(Duration interval, String threadName) {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(threadName).factory());
        this.interval = interval.toNanos();
        this.timer = (nanos, task) -> thread.schedule(task, nanos, TimeUnit.NANOSECONDS);
        this.stop = thread::shutdownNow;
    }

    Heartbeats(Duration interval, Timer timer) {
        this.interval = interval.toNanos();
        this.timer = timer;
        this.stop = () -> {};
    }

    /** @param beat must not block; called until the stream is no longer open */
    public void keep(Silence silence, Runnable beat, BooleanSupplier open) {
        keep(silence, beat, open, interval);
    }

    @Override
    public void close() {
        stop.run();
    }

    private void keep(Silence silence, Runnable beat, BooleanSupplier open, long delay) {
        timer.after(delay, () -> {
            if (open.getAsBoolean()) {
                long left = silence.nanosUntil(interval);
                if (left <= 0) {
                    beat.run();
                }
                keep(silence, beat, open, left <= 0 ? interval : left);
            }
        });
    }
}
