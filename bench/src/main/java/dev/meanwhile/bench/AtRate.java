package dev.meanwhile.bench;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Something done now and then, as the messages are whose first chunk is measured: a machine at rest wakes slowly. */
final class AtRate {
    private AtRate() {}

    /** What is measured. */
    interface Step<E extends Exception> {
        void run() throws E;
    }

    static <E extends Exception> double medianMicros(int perSecond, Duration time, Step<E> step)
            throws E, InterruptedException {
        Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        long steps = Math.max(1, perSecond * time.toMillis() / 1_000);
        long start = System.nanoTime();
        for (long i = 0; i < steps; i++) {
            TimeUnit.NANOSECONDS.sleep(start + i * TimeUnit.SECONDS.toNanos(1) / perSecond - System.nanoTime());
            long begin = System.nanoTime();
            step.run();
            latencies.recordValue(System.nanoTime() - begin);
        }
        return latencies.getValueAtPercentile(50) / 1e3;
    }
}
