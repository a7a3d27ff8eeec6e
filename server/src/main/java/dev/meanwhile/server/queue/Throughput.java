package dev.meanwhile.server.queue;

import java.time.Clock;
import java.time.Duration;

/** Events per second over the last minute, in 60 buckets; a hint for operators and for when to retry. */
public final class Throughput {
    private static final int SECONDS = 60;
    private final Clock clock;
    private final long[] second = new long[SECONDS];
    private final long[] count = new long[SECONDS];

    public Throughput(Clock clock) {
        this.clock = clock;
    }

    public synchronized void add(long events) {
        long now = clock.instant().getEpochSecond();
        int bucket = (int) (now % SECONDS);
        if (second[bucket] != now) {
            second[bucket] = now;
            count[bucket] = 0;
        }
        count[bucket] += events;
    }

    public synchronized double perSecond() {
        long now = clock.instant().getEpochSecond();
        long sum = 0;
        for (int i = 0; i < SECONDS; i++) {
            if (now - second[i] < SECONDS) {
                sum += count[i];
            }
        }
        return (double) sum / SECONDS;
    }

    /** How long so many events take at the present rate, between 1 and 60 seconds. */
    Duration timeFor(long events) {
        double rate = perSecond();
        double seconds = rate == 0 ? SECONDS : events / rate;
        return Duration.ofMillis((long) (Math.clamp(seconds, 1, SECONDS) * 1000));
    }
}
