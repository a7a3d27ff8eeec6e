package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.server.queue.RetryDelays;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a failed attempt is followed by another. An answer's own faults get 3 attempts; an outage of the provider is
 * retried for a time.
 */
final class RetryPolicy {
    private static final int ANSWER_ATTEMPTS = 3;
    private final Duration retryFor;
    private final RetryDelays delays;

    RetryPolicy(Duration retryFor, RetryDelays delays) {
        this.retryFor = retryFor;
        this.delays = delays;
    }

    /** The next attempt: the failures counted so far, and when it is due. */
    record Next(Message.Faults faults, Instant due) {}

    /** The next attempt after an answer's own fault, or null if there is none. */
    @Nullable
    Next afterFault(ModelFailure failure, Message.Faults faults, Instant now) {
        int failed = faults.answer() + 1;
        return failure.retryable() && failed < ANSWER_ATTEMPTS
                ? new Next(new Message.Faults(failed, faults.outage(), faults.crash()), now.plus(delays.after(failed)))
                : null;
    }

    /**
     * The next attempt after an outage, or null if there is none. The last one comes when the time is up, or with the end
     * of the hold that lasts beyond it; unless the provider asks for more than any hold.
     *
     * @param heldUntil when the model may be tried again
     * @param othersWait then this one waits twice as long: another should try next, lest a request that its provider
     *     can't take holds its model
     */
    @Nullable
    Next afterOutage(Message.Faults faults, Instant heldUntil, boolean othersWait, Instant firstAttempt, Instant now) {
        int failed = faults.outage() + 1;
        Duration own = delays.after(failed);
        Duration held = Duration.between(now, heldUntil);
        Duration wait = own.compareTo(held) > 0 ? own : held;
        Instant due = now.plus(othersWait ? wait.multipliedBy(2) : wait);
        Instant last = firstAttempt.plus(retryFor);
        if (due.isAfter(last)) {
            if (!now.isBefore(last) || heldUntil.isAfter(last.plus(delays.longest()))) {
                return null;
            }
            due = heldUntil.isAfter(last) ? heldUntil : last;
        }
        return new Next(new Message.Faults(faults.answer(), failed, faults.crash()), due);
    }
}
