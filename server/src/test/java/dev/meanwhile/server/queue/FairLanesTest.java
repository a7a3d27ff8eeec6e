package dev.meanwhile.server.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.coordinator.SessionRegistry.Change;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.store.Head;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order within a lane, claim by claim: what workspaces owe each other, and which heads keep their place. */
final class FairLanesTest {
    private static final int FLOOD = 1_000;

    @TempDir
    Path folder;

    private QueueRig rig;

    @BeforeEach
    void open() {
        rig = QueueRig.open(folder, List.of("m", "other"), List.of("m", "other"));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** Caught: the same tag for all, so that the order of submission decides (waits for 1,000). */
    @Test
    void p11NewcomerBesideAFloodWaitsForOne() {
        rig.flood("flood", FLOOD);
        rig.submitAlone("new", "newcomer", Priority.LOW);
        assertEquals(1, claimsBefore("newcomer"));
    }

    /** Caught: a fresh tag that starts at the workspace's last tag instead of the lane's V. */
    @Test
    void p11HistoryNeitherHelpsNorHarmsTheNewcomer() {
        for (int i = 0; i < 50; i++) {
            rig.submitAlone("new", "old-" + i, Priority.LOW);
        }
        rig.claim(50, 50);
        rig.flood("flood", FLOOD);
        rig.claim(80, 80);
        rig.submitAlone("new", "newcomer", Priority.LOW);
        assertEquals(1, claimsBefore("newcomer"));
    }

    /** Caught: the +1 inside the max (each newcomer gets V, and the third message never comes). */
    @Test
    void p11EndlessNewcomersStarveNobody() {
        for (int i = 1; i <= 3; i++) {
            rig.submitAlone("mine", "mine-" + i, Priority.LOW);
        }
        int claims = 0;
        while (true) {
            rig.submitAlone("new-" + claims, "newcomer-" + claims, Priority.LOW);
            if (rig.claimOne().equals("mine-3")) {
                break;
            }
            claims++;
            assertTrue(claims < 100, "starved");
        }
        assertEquals(5, claims);
    }

    /** Caught: the tag without its min (100 cancelled submits are a debt of 100 turns). */
    @Test
    void p11SubmittingAndCancellingLeavesNoDebt() {
        for (int i = 0; i < 100; i++) {
            rig.session("fickle", "gone-" + i);
            rig.cancellation.cancel(
                    "fickle", rig.submit("fickle", "gone-" + i, Priority.LOW).id());
        }
        for (int i = 0; i < 20; i++) {
            rig.submitAlone("other", "other-" + i, Priority.LOW);
        }
        rig.submitAlone("fickle", "kept", Priority.LOW);
        assertEquals(1, claimsBefore("kept"));
    }

    /** Caught: a tag that counts on from the workspace's last one whatever V is. */
    @Test
    void p11ADrainedFloodLeavesNoPenalty() {
        rig.flood("flood", FLOOD);
        for (int claimed = 0; claimed < FLOOD; ) {
            claimed += rig.claim(FLOOD, FLOOD).size();
        }
        for (int i = 0; i < 20; i++) {
            rig.submitAlone("other", "other-" + i, Priority.LOW);
        }
        rig.submitAlone("flood", "again", Priority.LOW);
        assertEquals(1, claimsBefore("again"));
    }

    /** Caught: every message of a session in the lane instead of its head only. */
    @Test
    void p11SessionsOfAWorkspaceTakeTurnsAndMessagesOfASessionKeepTheirOrder() {
        rig.session("w", "busy");
        for (int i = 0; i < 5; i++) {
            rig.submit("w", "busy", Priority.LOW);
        }
        rig.submitAlone("w", "quiet", Priority.LOW);
        assertEquals(
                List.of("busy", "quiet"),
                rig.claim(8, 8).stream().map(Lease::sessionId).toList());
    }

    /** Caught: a fresh tag after every retry. */
    @Test
    void aRetryKeepsItsTag() {
        rig.submitAlone("w", "first", Priority.LOW);
        Head before = head("w", "first");
        rig.retry(rig.claim(1, 1).getFirst(), Duration.ZERO);
        rig.flood("w", 10);
        rig.claim(0, 0); // brings the due retry back
        assertEquals(before.tag(), head("w", "first").tag());
        assertEquals("first", rig.claimOne());
    }

    /** Caught: a head that forgets its tag in the other lane. */
    @Test
    void aDemotedHeadKeepsItsOldTagInTheLaneItComesBackTo() {
        rig.session("w", "front");
        rig.session("w", "back");
        rig.submit("w", "back", null);
        Head low = head("w", "back");
        rig.coordinator.activate("w", "back");
        Head high = head("w", "back");
        assertEquals(Priority.HIGH, high.lane());
        rig.flood("w", 10);
        rig.coordinator.activate("w", "front");
        assertEquals(Priority.LOW, head("w", "back").lane());
        assertEquals(low.tag(), head("w", "back").tag());
        rig.coordinator.activate("w", "back");
        assertEquals(high.tag(), head("w", "back").tag());
    }

    /** Caught: a tag of one model taken along to another, or kept for the way back. */
    @Test
    void anotherModelTagsAnewOnTheWayThereAndBack() {
        rig.session("w", "front");
        rig.session("w", "moving");
        rig.submit("w", "moving", null);
        for (int i = 0; i < 5; i++) {
            rig.session("w", "there-" + i, "other");
            rig.submit("w", "there-" + i, null);
        }
        for (int i = 0; i < 3; i++) {
            rig.submitAlone("w", "here-" + i, Priority.LOW);
        }
        model("moving", "other");
        assertEquals(6, head("w", "moving").tag());
        model("moving", "m");
        assertEquals(4, head("w", "moving").tag(), "V is still 0, and three of its workspace wait there");
    }

    /** Caught: a next message that inherits the place of the one before. */
    @Test
    void theNextMessageOfASessionTagsAnew() {
        rig.session("w", "busy");
        rig.submit("w", "busy", Priority.LOW);
        rig.submit("w", "busy", Priority.LOW);
        for (int i = 0; i < 5; i++) {
            rig.submitAlone("w", "other-" + i, Priority.LOW);
        }
        rig.complete(rig.claim(1, 1).getFirst(), List.of());
        assertEquals(5, claimsBefore("busy"));
    }

    private void model(String session, String model) {
        rig.sessions.update(new Change("w", session, null, model, null));
    }

    private int claimsBefore(String session) {
        int claims = 0;
        while (!rig.claimOne().equals(session)) {
            claims++;
        }
        return claims;
    }

    private Head head(String workspace, String session) {
        long key = rig.sessions.get(workspace, session).session().key();
        Head head = rig.storage.read(tx -> tx.heads().find(key));
        assertNotNull(head);
        return head;
    }
}
