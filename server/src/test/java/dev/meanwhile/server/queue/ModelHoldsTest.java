package dev.meanwhile.server.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.ModelHold;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.store.Storage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hold of a model, by claims on the real store: 8 slots of which 6 are open to LOW, and 12 waiting heads. */
final class ModelHoldsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private QueueRig rig;

    @BeforeEach
    void open() {
        rig = QueueRig.open(folder);
        for (int i = 0; i < 12; i++) {
            rig.submitAlone("w", "s" + i, i < 4 ? Priority.HIGH : Priority.LOW);
        }
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** Planted: a hold that leaves all slots open; one that ends with its time instead of with an answer. */
    @Test
    void aHeldModelIsTriedByOneCallAtATimeUntilOneIsAnswered() {
        Lease met = claim(1).getFirst();
        assertEquals(Duration.ofSeconds(1), outage(met));
        rig.holds.released(met);
        assertEquals(List.of(), claim(8));
        rig.advance(Duration.ofMillis(999));
        assertEquals(List.of(), claim(8));
        rig.advance(Duration.ofMillis(1));
        Lease probe = claim(8).getFirst();
        assertEquals(List.of(), claim(7), "one at a time");
        assertTrue(rig.holds.answered(probe));
        assertNull(rig.holds.find(QueueRig.MODEL));
        assertEquals(7, claim(7).size());
        assertFalse(rig.holds.answered(probe), "once");
    }

    /** Planted: the same delay each time; a bound that is not kept; a count that survives the recovery. */
    @Test
    void eachFailureInARowHoldsFourTimesAsLongUpToAMinute() {
        for (int round = 0; round < 2; round++) {
            for (long seconds : List.of(1, 4, 16, 48, 48)) { // in the middle of the spread: 36 to 60 s
                Lease lease = claim(1).getFirst();
                assertEquals(Duration.ofSeconds(seconds), outage(lease));
                rig.retry(lease, Duration.ZERO);
                rig.holds.released(lease);
                rig.advance(Duration.ofSeconds(seconds));
            }
            assertEquals(5, hold().failures());
            Lease last = claim(1).getFirst();
            rig.holds.answered(last);
            rig.retry(last, Duration.ZERO);
            rig.holds.released(last);
        }
    }

    /** Planted: each of them counted as a failure in a row. */
    @Test
    void callsThatRanSideBySideCountOnce() {
        List<Lease> calls = claim(8);
        calls.forEach(this::outage);
        assertEquals(1, hold().failures());
        assertEquals(rig.now().plusSeconds(1), hold().until());
    }

    /** Planted: a call of the era in which it is claimed: one outage then counts twice, and the call is a probe. */
    @Test
    void anOutageToldInTheMiddleOfAClaimCountsOnce() {
        List<Lease> calls = claim(2);
        long era =
                rig.holds.open(QueueRig.MODEL, new Claims.Free(8, 6), rig.now()).era();
        outage(calls.get(0));
        rig.holds.claimed(calls.get(1), era);
        rig.advance(Duration.ofSeconds(1));
        assertEquals(1, claim(8).size(), "it is no probe");
        outage(calls.get(1));
        assertEquals(1, hold().failures());
    }

    /** Planted: Retry-After left out, or taken only from the first. */
    @Test
    void theProvidersRetryAfterIsKept() {
        List<Lease> calls = claim(3);
        rig.holds.outage(calls.get(0), FailureReason.PROVIDER_RATE_LIMITED, Duration.ofSeconds(5));
        assertEquals(rig.now().plusSeconds(5), hold().until());
        rig.holds.outage(calls.get(1), FailureReason.PROVIDER_RATE_LIMITED, MINUTE);
        assertEquals(rig.now().plus(MINUTE), hold().until());
        rig.holds.outage(calls.get(2), FailureReason.PROVIDER_RATE_LIMITED, Duration.ofSeconds(2));
        assertEquals(rig.now().plus(MINUTE), hold().until(), "never shorter");
    }

    /** Planted: the time read once more behind the claim: the hold was over by then, and nobody came back. */
    @Test
    void aHoldThatEndsInTheMiddleOfAClaimIsNotForgotten() {
        outage(claim(1).getFirst());
        Instant until = hold().until();
        Claims.Claimed claimed = rig.storage.inTransaction(Storage.Caller.SERVICE, tx -> {
            rig.advance(Duration.ofSeconds(1));
            return rig.claims.claim(tx, Map.of(QueueRig.MODEL, new Claims.Free(7, 6)));
        });
        assertEquals(List.of(), claimed.leases());
        assertEquals(until, claimed.nextDue());
    }

    /** Planted: held until a part of a millisecond, when what is due in whole ones has come and gone. */
    @Test
    void aHoldEndsWithAWholeMillisecond() {
        List<Lease> calls = claim(2);
        rig.advance(Duration.ofNanos(300_300));
        outage(calls.get(0));
        assertEquals(0, hold().until().getNano() % 1_000_000, "ours");
        rig.holds.outage(calls.get(1), FailureReason.PROVIDER_RATE_LIMITED, Duration.ofNanos(5_000_000_001L));
        assertEquals(0, hold().until().getNano() % 1_000_000, "the provider's");
        assertTrue(hold().until().isAfter(rig.now().plusSeconds(5)), "as asked");
    }

    /** Planted: no bound: a model held for thirty years, which only a restart ends. */
    @Test
    void aRetryAfterOfYearsIsTakenAsAnHour() {
        rig.holds.outage(claim(1).getFirst(), FailureReason.PROVIDER_RATE_LIMITED, Duration.ofDays(11_000));
        assertEquals(rig.now().plus(Duration.ofHours(1)), hold().until());
    }

    /** Planted: any call's outage holds; any call's answer ends a hold. */
    @Test
    void aCallOfBeforeSaysNothingOfNow() {
        List<Lease> before = claim(3);
        outage(before.get(0));
        assertFalse(rig.holds.answered(before.get(1)), "it began before the outage");
        rig.holds.released(before.get(0));
        rig.advance(Duration.ofSeconds(1));
        Lease probe = claim(5).getFirst();
        assertTrue(rig.holds.answered(probe));
        Instant until = rig.holds.outage(before.get(2), FailureReason.PROVIDER_TIMEOUT, MINUTE);
        assertEquals(rig.now(), until, "others are answered since");
        assertNull(rig.holds.find(QueueRig.MODEL));
    }

    /** Planted: a probe that was cancelled keeps its place for ever. */
    @Test
    void aProbeThatEndsWithoutNewsMakesRoomForTheNext() {
        Lease met = claim(1).getFirst();
        outage(met);
        rig.advance(Duration.ofSeconds(1));
        Lease probe = claim(8).getFirst();
        rig.holds.released(probe);
        assertEquals(1, claim(8).size());
    }

    /** Once a call was known by its message: the end of the last attempt then took the news from the next one. */
    @Test
    void theEndOfAnAttemptIsNotTheEndOfTheNextOne() {
        Lease met = claim(1).getFirst();
        outage(met);
        rig.retry(met, Duration.ZERO);
        rig.advance(Duration.ofSeconds(1));
        Lease probe = claim(8).getFirst();
        assertEquals(met.messageKey(), probe.messageKey());
        rig.holds.released(met);
        assertEquals(List.of(), claim(7), "one at a time");
        assertTrue(rig.holds.answered(probe));
    }

    /** Planted: a claim that does not say when the model may be tried: its loop then sleeps until the next submit. */
    @Test
    void aClaimSaysWhenTheModelMayBeTried() {
        outage(claim(1).getFirst());
        Instant due = rig.claim(java.util.Map.of(QueueRig.MODEL, new Claims.Free(8, 6)))
                .nextDue();
        assertEquals(rig.now().plusSeconds(1), due);
    }

    private List<Lease> claim(int slots) {
        return rig.claim(slots, Math.min(slots, 6));
    }

    /** How long it holds the model. */
    private Duration outage(Lease lease) {
        return Duration.between(rig.now(), rig.holds.outage(lease, FailureReason.PROVIDER_UNAVAILABLE, null));
    }

    private ModelHold hold() {
        return Objects.requireNonNull(rig.holds.find(QueueRig.MODEL));
    }
}
