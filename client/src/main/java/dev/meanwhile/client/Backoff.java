package dev.meanwhile.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often and how long apart something is tried again: twice as long each time, up to a limit, with jitter, so
 * that clients cut off together do not come back together.
 *
 * @param attempts how often it is tried in all, without progress in between
 */
public record Backoff(Duration first, Duration longest, int attempts) {
    public Backoff {
        if (!first.isPositive() || longest.compareTo(first) < 0 || attempts < 1) {
            throw new IllegalArgumentException("no backoff: " + first + " to " + longest + ", " + attempts + " times");
        }
    }

    /** For a call somebody waits for. */
    public static Backoff ofCalls() {
        return new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5), 5);
    }

    /** For a stream, which is worth waiting for without end. */
    public static Backoff ofStreams() {
        return new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), Integer.MAX_VALUE);
    }

    /**
     * How long to wait after so many failures in a row, the first being 1: between half of the step and all of it,
     * and not less than the server asks.
     */
    Duration delay(int failures, RpcError failure, RandomGenerator random) {
        long step = first.toNanos();
        for (int i = 1; i < failures && step < longest.toNanos(); i++) {
            step *= 2;
        }
        step = Math.min(step, longest.toNanos());
        Duration own = Duration.ofNanos(step / 2 + random.nextLong(step / 2 + 1));
        Duration asked = failure.retryDelay().orElse(Duration.ZERO);
        return asked.compareTo(own) > 0 ? asked : own;
    }
}
