package dev.meanwhile.server.worker;

import java.time.Duration;

/**
 * Bounds of the work on one message.
 *
 * @param totalTimeout of one attempt
 * @param retryFor how long outages of the provider are retried, since the first attempt
 */
public record WorkerConfig(Duration totalTimeout, Duration retryFor) {
    public WorkerConfig {
        if (totalTimeout.isNegative() || totalTimeout.isZero() || retryFor.isNegative()) {
            throw new IllegalArgumentException("the workers' times must be positive");
        }
    }
}
