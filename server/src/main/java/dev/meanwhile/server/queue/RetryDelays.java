package dev.meanwhile.server.queue;

import java.time.Duration;

/**
 * How long to wait after failures in a row: four times as long after each, up to a bound.
 *
 * @param first after the first failure
 * @param longest after any
 */
public record RetryDelays(Duration first, Duration longest) {
    private static final double SPREAD = 0.2;

    public RetryDelays {
        if (!first.isPositive() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("the longest delay must be at least the first, which is positive");
        }
    }

    public Duration after(int failures) {
        Duration delay = first;
        for (int i = 1; i < failures && delay.compareTo(longest) < 0; i++) {
            delay = delay.multipliedBy(4);
        }
        return delay.compareTo(longest) < 0 ? delay : longest;
    }

    /**
     * Up to 20 % shorter or longer, so that those who failed together don't come back together.
     *
     * @param random from 0 (inclusive) to 1 (exclusive)
     */
    public Duration after(int failures, double random) {
        return Duration.ofMillis((long) (after(failures).toMillis() * (1 - SPREAD + 2 * SPREAD * random)));
    }
}
