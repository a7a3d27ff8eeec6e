package dev.meanwhile.server.worker;

import dev.meanwhile.server.queue.RetryDelays;
import java.time.Duration;

/**
 * Bounds of the work on one message.
 *
 * @param totalTimeout of one attempt
 * @param retryFor how long outages of the provider are retried, since the first attempt
 * @param retryDelays between attempts
 */
public record WorkerConfig(Duration totalTimeout, Duration retryFor, RetryDelays retryDelays) {
    public WorkerConfig {
        if (totalTimeout.isNegative() || totalTimeout.isZero() || retryFor.isNegative()) {
            throw new IllegalArgumentException("the workers' times must be positive");
        }
    }
}
