package dev.meanwhile.server.responses;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a step whenever it is woken, on one thread at a time; woken while it runs, it runs once more, so that no
 * wake-up is lost. It queues up anew for each step, so that others come in between; at rest it holds no thread.
 */
public final class Pump {
    private static final int REST = 0;
    private static final int RUNNING = 1;
    private static final int RUN_AGAIN = 2;
    private final Executor executor;
    private final Runnable step;
    private final AtomicInteger state = new AtomicInteger(REST);

    public Pump(Executor executor, Runnable step) {
        this.executor = executor;
        this.step = step;
    }

    public void wake() {
        if (state.getAndUpdate(now -> now == REST ? RUNNING : RUN_AGAIN) == REST) {
            executor.execute(this::run);
        }
    }

    private void run() {
        state.set(RUNNING);
        try {
            step.run();
        } finally {
            if (!state.compareAndSet(RUNNING, REST)) {
                executor.execute(this::run);
            }
        }
    }
}
