package dev.meanwhile.server.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.queue.Claims.Free;
import dev.meanwhile.server.store.Storage.Caller;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which lane a claim takes from: slots kept for HIGH, and how often HIGH may pass a LOW head. */
final class ClaimsTest {
    private static final int N = QueueRig.HIGH_PER_LOW;

    @TempDir
    Path folder;

    private QueueRig rig;

    @BeforeEach
    void open() {
        rig = QueueRig.open(folder, List.of("m", "other"), List.of("m", "other", "removed"));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** Caught: an openToLow that is not counted down within a claim. */
    @Test
    void p11LowNeverTakesMoreSlotsThanAreOpenToIt() {
        for (int i = 0; i < 6; i++) {
            rig.submitAlone("w", "low-" + i, Priority.LOW);
        }
        assertEquals(2, rig.claim(5, 2).size());
        assertEquals(0, rig.claim(3, 0).size());
        rig.submitAlone("w", "high", Priority.HIGH);
        assertEquals(List.of("high"), names(rig.claim(3, 0)));
    }

    /** Caught: "passed" kept in memory of one claim only. */
    @Test
    void p11OneClaimAfterEveryNHighOnesTakesLow() {
        for (int i = 0; i < 3 * N; i++) {
            rig.submitAlone("w", "high-" + i, Priority.HIGH);
        }
        rig.submitAlone("w", "low-0", Priority.LOW);
        rig.submitAlone("w", "low-1", Priority.LOW);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < N; i++) {
                assertTrue(rig.claimOne().startsWith("high"));
            }
            assertEquals("low-" + round, rig.claimOne());
        }
    }

    /** Caught: HIGH claims counted while no slot was open to LOW (LOW then goes first at once). */
    @Test
    void highClaimsFromKeptSlotsCountAgainstNobody() {
        rig.submitAlone("w", "low", Priority.LOW);
        for (int i = 0; i < 4 * N; i++) {
            rig.submitAlone("w", "high-" + i, Priority.HIGH);
        }
        assertEquals(2 * N, rig.claim(2 * N, 0).size());
        assertTrue(rig.claimOne().startsWith("high"), "the first one that was open to LOW");
    }

    /** Caught: LOW taken only after N + 1; "passed" not reset by a LOW claim. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void p11ALowHeadIsPassedByNoMoreHighOnesThanPublished(long seed) {
        Random random = new Random(seed);
        Map<String, Passed> waiting = new HashMap<>();
        int worst = 0;
        for (int step = 0; step < 150; step++) {
            String workspace = "w" + random.nextInt(4);
            boolean high = random.nextInt(4) > 0;
            String name = (high ? "high-" : "low-") + step;
            rig.submitAlone(workspace, name, high ? Priority.HIGH : Priority.LOW);
            if (!high) {
                waiting.put(name, new Passed(0, 0));
            }
            int open = random.nextInt(3);
            for (Lease lease : rig.claim(random.nextInt(3), open)) {
                if (lease.lane() == Priority.HIGH) {
                    int one = open > 0 ? 1 : 0;
                    waiting.replaceAll((low, passed) -> new Passed(passed.byHigh() + one, passed.byLow()));
                    continue;
                }
                open--;
                Passed passed = Objects.requireNonNull(waiting.remove(lease.sessionId()));
                assertTrue(passed.byHigh() <= N * (passed.byLow() + 1), lease + " " + passed);
                worst = Math.max(worst, passed.byHigh());
                waiting.replaceAll((low, others) -> new Passed(others.byHigh(), others.byLow() + 1));
            }
        }
        assertTrue(worst >= N, "the bound was never reached, so this proves little");
    }

    /** Caught: one V, one "passed" or one tag row for all models. */
    @Test
    void modelsHaveLanesOfTheirOwn() {
        for (int i = 0; i < 5; i++) {
            rig.submitAlone("w", "m-" + i, Priority.LOW);
            rig.session("w", "other-" + i, "other");
            rig.submit("w", "other-" + i, Priority.LOW);
        }
        Map<String, Free> free = Map.of("m", new Free(2, 2), "other", new Free(3, 1));
        List<String> names = names(rig.claim(free).leases());
        assertEquals(3, names.size());
        assertEquals(Set.of("m-0", "m-1", "other-0"), new HashSet<>(names));
        assertEquals(
                List.of("other-1", "other-2"),
                names(rig.claim(Map.of("m", new Free(0, 0), "other", new Free(2, 2)))
                        .leases()));
    }

    /** Caught: a claimed answer that counts where its session is now, not where it was claimed. */
    @Test
    void aSwitchWhileRunningChangesNothingOfTheLeaseAndItsRetryGoesWhereItIsWanted() {
        rig.session("w", "front");
        rig.session("w", "back");
        rig.submit("w", "back", null);
        Lease lease = rig.claim(1, 1).getFirst();
        assertEquals(Priority.LOW, lease.lane());
        rig.coordinator.activate("w", "back");
        assertEquals(1, running(Priority.LOW));
        assertEquals(0, running(Priority.HIGH));
        rig.retry(lease, Duration.ZERO);
        assertEquals(Priority.HIGH, rig.claim(1, 0).getFirst().lane());
        assertEquals(0, running(Priority.LOW));
        assertEquals(1, running(Priority.HIGH));
    }

    /** Caught: an override that a switch, or the route, overrules. */
    @Test
    void p11AnOverrideSticksInFrontAndBehind() {
        rig.session("w", "front");
        rig.session("w", "back");
        rig.submit("w", "front", Priority.LOW);
        rig.submit("w", "back", Priority.HIGH);
        assertEquals(List.of("back"), names(rig.claim(2, 0)));
        rig.coordinator.activate("w", "back");
        rig.coordinator.activate("w", "front");
        assertEquals(0, rig.claim(2, 0).size(), "LOW takes no kept slot, active or not");
        assertEquals(List.of("front"), names(rig.claim(2, 1)));
    }

    /** Caught: an interrupt that runs before what was queued, or leaves the running one's slot counted. */
    @Test
    void p5AnInterruptEndsWhatRunsAndQueuedOnesRunFirst() {
        rig.session("w", "s");
        rig.submit("w", "s", null);
        Lease running = rig.claim(1, 1).getFirst();
        Message queued = rig.submit("w", "s", null);
        Message interrupting = rig.submit("w", "s", null, ConflictPolicy.INTERRUPT);
        assertEquals(0, running(Priority.HIGH));
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Lease lease = rig.claim(1, 1).getFirst();
            order.add(lease.messageId());
            assertTrue(rig.complete(lease, List.of()));
        }
        assertEquals(List.of(queued.id(), interrupting.id()), order);
        assertTrue(!rig.complete(running, List.of()), "the interrupted attempt is fenced");
    }

    /** Caught: a claim for every free slot at once (1,024 workers would be about 10,000 rows in one commit). */
    @Test
    void aClaimStopsWhereOneCommandEndsAndSaysThatThereIsMore() {
        rig.flood("w", 200);
        Map<String, Free> free = Map.of("m", new Free(200, 200));
        int claimed = 0;
        boolean more = true;
        while (more) {
            Claims.Claimed part = rig.claim(free);
            assertTrue(
                    part.leases().size() <= 100,
                    "one command granted " + part.leases().size());
            claimed += part.leases().size();
            more = part.more();
        }
        assertEquals(200, claimed);
    }

    /** Caught: INTERRUPT that ends the oldest message though it only waits. */
    @Test
    void p5AnInterruptOfWhatOnlyWaitsEndsNothing() {
        rig.session("w", "s");
        Message first = rig.submit("w", "s", null);
        Message second = rig.submit("w", "s", null);
        Message third = rig.submit("w", "s", null, ConflictPolicy.INTERRUPT);
        for (Message message : List.of(first, second, third)) {
            Lease lease = rig.claim(8, 8).getFirst();
            assertEquals(message.id(), lease.messageId());
            assertTrue(rig.complete(lease, List.of()));
        }
    }

    /** Caught: the end of removed models' heads without their next ones; or only while workers are not paused. */
    @Test
    void headsOfARemovedModelFailOneAfterTheOtherThoughPaused() {
        rig.session("w", "s", "removed");
        rig.storage.inTransaction(Caller.SERVICE, tx -> {
            tx.settings().set(Claims.PAUSED, "true");
            return 0;
        });
        List<Message> messages = List.of(rig.submit("w", "s", null), rig.submit("w", "s", Priority.LOW));
        int claims = 0;
        while (rig.claim(Map.of()).more()) {
            claims++;
        }
        assertEquals(2, claims);
        for (Message message : messages) {
            Message now = rig.storage.read(tx -> tx.messages().find(message.key()));
            assertTrue(now != null && now.state() == MessageState.FAILED);
        }
    }

    private record Passed(int byHigh, int byLow) {}

    private int running(Priority lane) {
        return rig.storage.read(tx -> tx.lanes().find("m", lane).running());
    }

    private static List<String> names(List<Lease> leases) {
        return leases.stream().map(Lease::sessionId).toList();
    }
}
