package dev.meanwhile.server.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Route;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuideLogTest {
    private final CapturedLog log = new CapturedLog(LogFormat.TEXT);

    @AfterEach
    void restore() {
        log.close();
    }

    @Test
    void theFullSuccessfulFlowComesOutLineForLineAtTheDefaultLevel() {
        GuideLog.coordinatorStarted();
        GuideLog.workerStarting();
        GuideLog.isActiveSession("abc123", false, "xyz789");
        GuideLog.shouldProcessInBackground(false);
        GuideLog.routedToBackground("abc123");
        GuideLog.submittingToBackground(42);
        GuideLog.queueSubmitting("abc123", Priority.LOW, 42);
        GuideLog.queueRegistered("abc123", 1);
        GuideLog.queueEnqueued("abc123", 0, 1);
        GuideLog.submittedToBackground();
        GuideLog.iteration(1, 0, 1, false);
        GuideLog.processing("abc123", 50, Priority.LOW);
        GuideLog.calling(true, "simulated", "abc123");
        GuideLog.sendingResponse("abc123", 456);
        GuideLog.completed("abc123", 12);
        GuideLog.notified("abc123", MessageState.COMPLETED, Route.BACKGROUND, null);
        GuideLog.stored("abc123", 123, 1, Route.BACKGROUND);
        GuideLog.spawnStarting("abc123");
        GuideLog.spawnChecking("abc123");
        GuideLog.spawnFound("abc123", MessageState.COMPLETED, Route.BACKGROUND, null);
        GuideLog.retrieved(1, "abc123");
        GuideLog.displaying(1, 456);

        // Copied from the guide.
        String guide = """
                [COORDINATOR] Background worker started
                [WORKER] Starting background worker thread
                [ROUTING] Session abc123 is inactive, routing to background
                [ROUTING] Submitting message to background queue (msg_len: 42)
                [QUEUE] Submitting message from session abc123 (priority: Low, msg_len: 42)
                [QUEUE] Registered response channel for session abc123 (total channels: 1)
                [QUEUE] Enqueued message for session abc123 (queue size: high=0, low=1)
                [ROUTING] Successfully submitted to background, returning to prompt
                [WORKER] Processing message from session abc123 (waited: 50ms, priority: Low)
                [WORKER] Simulating LLM processing for session abc123
                [WORKER] Sending response to session abc123 (456 bytes)
                [WORKER] Completed processing for session abc123 (sent 12 chunks)
                [NOTIFY] Background work complete for session abc123
                [STORE] Stored background response for session abc123 (123 bytes, 1 total responses)
                [SPAWN] Starting session abc123
                [SPAWN] Checking for notifications for session abc123
                [SPAWN] Found notification for session abc123: Background work complete
                [RETRIEVE] Retrieved 1 background responses for session abc123
                [SPAWN] Displaying response 1 (456 bytes)
                """;
        assertEquals(guide.lines().toList(), log.lines());
    }

    @Test
    void debugLinesAndErrorsReadAsInTheGuide() {
        Logging.setLevel("SESSION", LogLevel.DEBUG);
        Logging.setLevel("ROUTING", LogLevel.DEBUG);
        Logging.setLevel("WORKER", LogLevel.DEBUG);
        GuideLog.isActiveSession("abc123", false, "xyz789");
        GuideLog.isActiveSession("abc123", false, null);
        GuideLog.shouldProcessInBackground(false);
        GuideLog.iteration(1, 0, 1, false);
        GuideLog.chunkFailed(5, "abc123");
        GuideLog.completionFailed("abc123");
        GuideLog.retrieveSessionNotFound("abc123");
        GuideLog.spawnFoundNone("abc123");
        GuideLog.spawnBusy("abc123");

        String guide = """
                [SESSION] is_active_session for abc123: false (active_id: Some("xyz789"))
                [SESSION] is_active_session for abc123: false (active_id: None)
                [ROUTING] should_process_in_background: true (has_coordinator: true, is_active: false)
                [WORKER] Iteration 1 - Queue stats: high=0, low=1
                [WORKER] ERROR: Failed to send chunk 5 to session abc123
                [WORKER] ERROR: Failed to send completion to session abc123
                [RETRIEVE] ERROR: Session abc123 not found
                [SPAWN] No notifications for session abc123
                [SPAWN] ERROR: Could not lock coordinator for session abc123
                """;
        assertEquals(guide.lines().toList(), log.lines());
    }

    @Test
    void foregroundAndFailureVariants() {
        GuideLog.routedToForeground("s");
        GuideLog.submittingToForeground(7);
        GuideLog.submittedToForeground();
        GuideLog.calling(false, "gpt\n[WORKER] forged", "s");
        GuideLog.notified("s", MessageState.COMPLETED, Route.FOREGROUND, null);
        GuideLog.stored("s", 9, 2, Route.FOREGROUND);
        GuideLog.notified("s", MessageState.FAILED, Route.BACKGROUND, FailureReason.PROVIDER_CUT);
        GuideLog.spawnFound("s", MessageState.FAILED, Route.BACKGROUND, FailureReason.PROVIDER_CUT);

        assertEquals(
                List.of(
                        "[ROUTING] Session s is active, routing to foreground",
                        "[ROUTING] Submitting message to foreground queue (msg_len: 7)",
                        "[ROUTING] Successfully submitted to foreground, streaming to prompt",
                        "[WORKER] Calling model gpt [WORKER] forged for session s",
                        "[NOTIFY] Answer complete for session s",
                        "[STORE] Stored response for session s (9 bytes, 2 total responses)",
                        "[NOTIFY] Message failed: PROVIDER_CUT for session s",
                        "[SPAWN] Found notification for session s: Message failed: PROVIDER_CUT"),
                log.lines());
        assertThrows(
                IllegalArgumentException.class,
                () -> GuideLog.notified("s", MessageState.RUNNING, Route.BACKGROUND, null));
    }

    @Test
    void anExceptionsMessageDoesNotReachTheLog() {
        ServiceLog.storeError(
                "Commit", new IllegalStateException("text of a user", new RuntimeException("more of it")));
        String line = log.lines().getFirst();
        assertTrue(
                line.startsWith("[STORE] ERROR: Commit failed: java.lang.IllegalStateException at GuideLogTest."),
                line);
        assertTrue(line.contains("caused by java.lang.RuntimeException at GuideLogTest."), line);
        assertTrue(!line.contains("user") && !line.contains("more"), line);
    }

    @Test
    void serviceLinesStandUnderTheirComponents() {
        ServiceLog.retryScheduled("s", 1, FailureReason.PROVIDER_TIMEOUT, Duration.ofSeconds(4));
        ServiceLog.switched("s", null, 3);
        ServiceLog.fencedWrite("s", 2);
        assertEquals(
                List.of(
                        "[WORKER] Attempt 1 failed for session s (PROVIDER_TIMEOUT), next in 4000ms",
                        "[COORDINATOR] Switched to session s (previous: none, messages that changed priority: 3)",
                        "[WORKER] Refused late write of attempt 2 for session s"),
                log.lines());
    }
}
