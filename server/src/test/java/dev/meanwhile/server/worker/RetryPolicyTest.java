package dev.meanwhile.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Message.Faults;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.server.queue.RetryDelays;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class RetryPolicyTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private final RetryPolicy policy =
            new RetryPolicy(Duration.ofMinutes(15), new RetryDelays(Duration.ofSeconds(1), Duration.ofMinutes(1)));

    /** Planted: as long whoever waits; the model's hold alone; its own failures alone. */
    @Test
    void theMessageThatMetAnOutageLetsAnotherTryNext() {
        assertEquals(5, outageWait(0, 5, false), "the hold");
        assertEquals(10, outageWait(0, 5, true), "twice the hold");
        assertEquals(16, outageWait(2, 1, false), "its own third failure");
        assertEquals(32, outageWait(2, 1, true), "so one bad request comes ever more rarely");
        assertEquals(120, outageWait(50, 1, true));
    }

    /** Planted: failed as soon as the next wait, or the hold, would be too long; tried for ever; tried while held. */
    @Test
    void theLastAttemptComesWhenTheTimeIsUp() {
        Instant first = NOW.minus(Duration.ofMinutes(14));
        var next = policy.afterOutage(new Faults(0, 9, 0), NOW.plusSeconds(10), true, first, NOW);
        assertEquals(NOW.plusSeconds(60), Objects.requireNonNull(next).due());
        assertEquals(new Faults(0, 10, 0), next.faults());
        var held = policy.afterOutage(new Faults(0, 9, 0), NOW.plusSeconds(61), true, first, NOW);
        assertEquals(NOW.plusSeconds(61), Objects.requireNonNull(held).due());
        Instant longest = NOW.plusSeconds(120);
        assertEquals(
                longest,
                Objects.requireNonNull(policy.afterOutage(new Faults(0, 9, 0), longest, true, first, NOW))
                        .due());
        assertNull(policy.afterOutage(new Faults(0, 9, 0), longest.plusMillis(1), true, first, NOW), "Retry-After");
        assertNull(policy.afterOutage(new Faults(0, 9, 0), NOW, true, first, NOW.plusSeconds(60)));
    }

    /** Planted: 2 or 4 attempts; a lasting failure tried again. */
    @Test
    void anAnswersOwnFaultsGetThreeAttempts() {
        ModelFailure cut = ModelFailure.fault(FailureReason.PROVIDER_CUT, "cut");
        assertEquals(
                NOW.plusSeconds(1),
                Objects.requireNonNull(policy.afterFault(cut, Faults.NONE, NOW)).due());
        assertEquals(
                NOW.plusSeconds(4),
                Objects.requireNonNull(policy.afterFault(cut, new Faults(1, 7, 0), NOW))
                        .due());
        assertNull(policy.afterFault(cut, new Faults(2, 0, 0), NOW));
        ModelFailure rejected = ModelFailure.lasting(FailureReason.PROVIDER_REJECTED, "bad");
        assertNull(policy.afterFault(rejected, Faults.NONE, NOW));
    }

    private long outageWait(int outagesBefore, int heldSeconds, boolean othersWait) {
        var next =
                policy.afterOutage(new Faults(0, outagesBefore, 0), NOW.plusSeconds(heldSeconds), othersWait, NOW, NOW);
        return Duration.between(NOW, Objects.requireNonNull(next).due()).toSeconds();
    }
}
