package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.llm.ModelFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When a failed attempt is followed by another. An answer's own faults get 3 attempts, 1 s and 4 s apart; an outage of
 * the provider is retried for a time, at growing distances of at most 60 s ± 20 %, and never before Retry-After.
 */
final class RetryPolicy {
    private static final int ANSWER_ATTEMPTS = 3;
    private static final long FIRST_DELAY_MILLIS = 1_000;
    private static final long LONGEST_DELAY_MILLIS = 60_000;
    private static final double SPREAD = 0.2;

    private final Duration retryFor;
    private final DoubleSupplier random;

    /** @param random gives numbers from 0 (inclusive) to 1 (exclusive) */
    RetryPolicy(Duration retryFor, DoubleSupplier random) {
        this.retryFor = retryFor;
        this.random = random;
    }

    /** The next attempt: the failures counted so far, and when it is due. */
    record Next(Message.Faults faults, Instant due) {}

    /** The next attempt, or null if there is none. */
    @Nullable
    Next after(ModelFailure failure, Message.Faults faults, Instant firstAttempt, Instant now) {
        if (!failure.retryable()) {
            return null;
        }
        if (!failure.outage()) {
            int failed = faults.answer() + 1;
            Instant due = now.plusMillis(delayMillis(failed));
            return failed < ANSWER_ATTEMPTS
                    ? new Next(new Message.Faults(failed, faults.outage(), faults.crash()), due)
                    : null;
        }
        int failed = faults.outage() + 1;
        long spread = (long) (delayMillis(failed) * (1 - SPREAD + 2 * SPREAD * random.getAsDouble()));
        Duration asked = failure.retryAfter();
        Instant due = now.plusMillis(asked == null ? spread : Math.max(spread, asked.toMillis()));
        return due.isAfter(firstAttempt.plus(retryFor))
                ? null
                : new Next(new Message.Faults(faults.answer(), failed, faults.crash()), due);
    }

    private static long delayMillis(int failures) {
        // 4^6 seconds is beyond the longest delay already
        return Math.min(LONGEST_DELAY_MILLIS, FIRST_DELAY_MILLIS << (2 * Math.min(failures - 1, 6)));
    }
}
