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
     * Up to 20 % shorter or longer, so that those who failed together don't come back together; where that would pass
     * the longest, as wide a spread below it.
     *
     * @param random from 0 (inclusive) to 1 (exclusive)
     */
    public Duration after(int failures, double random) {
        double delay = after(failures).toMillis();
        double most = Math.min(delay * (1 + SPREAD), longest.toMillis());
        return Duration.ofMillis(Math.round(most - 2 * SPREAD * delay * (1 - random)));
    }
}
