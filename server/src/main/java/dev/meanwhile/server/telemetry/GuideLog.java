package dev.meanwhile.server.telemetry;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Route;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The lines of the logging guide, letter by letter, each in one place. Session ids must be validated ones; nothing
 * else from users enters a line. Lines the guide does not have are in {@link ServiceLog}.
 */
public final class GuideLog {
    private static final Logger WORKER = Component.WORKER.logger();
    private static final Logger QUEUE = Component.QUEUE.logger();
    private static final Logger ROUTING = Component.ROUTING.logger();
    private static final Logger SESSION = Component.SESSION.logger();
    private static final Logger SPAWN = Component.SPAWN.logger();
    private static final Logger STORE = Component.STORE.logger();
    private static final Logger RETRIEVE = Component.RETRIEVE.logger();
    private static final Logger NOTIFY = Component.NOTIFY.logger();
    private static final Logger COORDINATOR = Component.COORDINATOR.logger();

    private GuideLog() {}

    // 1. Start

    public static void coordinatorStarted() {
        COORDINATOR.info("Background worker started");
    }

    public static void workerStarting() {
        WORKER.info("Starting background worker thread");
    }

    // 2. Submission

    /** DEBUG. {@code activeId} is the active session of the workspace, if there is one. */
    public static void isActiveSession(String sessionId, boolean active, @Nullable String activeId) {
        if (SESSION.isDebugEnabled()) {
            String shown = activeId == null ? "None" : "Some(\"" + activeId + "\")";
            SESSION.debug("is_active_session for {}: {} (active_id: {})", sessionId, active, shown);
        }
    }

    /** DEBUG. There is always a coordinator; the guide's line says so. */
    public static void shouldProcessInBackground(boolean isActive) {
        ROUTING.debug("should_process_in_background: {} (has_coordinator: true, is_active: {})", !isActive, isActive);
    }

    public static void routedToBackground(String sessionId) {
        ROUTING.info("Session {} is inactive, routing to background", sessionId);
    }

    public static void routedToForeground(String sessionId) {
        ROUTING.info("Session {} is active, routing to foreground", sessionId);
    }

    /** Lengths are in UTF-8 bytes, here and below. */
    public static void submittingToBackground(int msgLen) {
        ROUTING.info("Submitting message to background queue (msg_len: {})", msgLen);
    }

    public static void submittingToForeground(int msgLen) {
        ROUTING.info("Submitting message to foreground queue (msg_len: {})", msgLen);
    }

    public static void queueSubmitting(String sessionId, Priority priority, int msgLen) {
        QUEUE.info(
                "Submitting message from session {} (priority: {}, msg_len: {})", sessionId, priority.label(), msgLen);
    }

    /** {@code totalChannels} counts sessions with messages that have not ended. */
    public static void queueRegistered(String sessionId, long totalChannels) {
        QUEUE.info("Registered response channel for session {} (total channels: {})", sessionId, totalChannels);
    }

    public static void queueEnqueued(String sessionId, long high, long low) {
        QUEUE.info("Enqueued message for session {} (queue size: high={}, low={})", sessionId, high, low);
    }

    public static void submittedToBackground() {
        ROUTING.info("Successfully submitted to background, returning to prompt");
    }

    public static void submittedToForeground() {
        ROUTING.info("Successfully submitted to foreground, streaming to prompt");
    }

    // 3. Worker

    /** With {@code info} it shows at the default level, else at DEBUG. */
    public static void iteration(long number, long high, long low, boolean info) {
        if (info) {
            WORKER.info("Iteration {} - Queue stats: high={}, low={}", number, high, low);
        } else {
            WORKER.debug("Iteration {} - Queue stats: high={}, low={}", number, high, low);
        }
    }

    public static void processing(String sessionId, long waitedMs, Priority priority) {
        WORKER.info(
                "Processing message from session {} (waited: {}ms, priority: {})",
                sessionId,
                waitedMs,
                priority.label());
    }

    public static void calling(boolean modelIsSimulated, String model, String sessionId) {
        if (modelIsSimulated) {
            WORKER.info("Simulating LLM processing for session {}", sessionId);
        } else {
            WORKER.info("Calling model {} for session {}", Clean.text(model), sessionId);
        }
    }

    /** The model has ended. */
    public static void sendingResponse(String sessionId, long bytes) {
        WORKER.info("Sending response to session {} ({} bytes)", sessionId, bytes);
    }

    public static void completed(String sessionId, int chunks) {
        WORKER.info("Completed processing for session {} (sent {} chunks)", sessionId, chunks);
    }

    /** A chunk could not be stored; it is tried again. */
    public static void chunkFailed(int chunk, String sessionId) {
        WORKER.error("Failed to send chunk {} to session {}", chunk, sessionId);
    }

    /** The end of an attempt could not be stored; it is tried again. */
    public static void completionFailed(String sessionId) {
        WORKER.error("Failed to send completion to session {}", sessionId);
    }

    // 4. and 5. Notification and storage, in the order of the guide's full flow

    /** {@code failure} says why, for a message that failed. */
    public static void notified(String sessionId, MessageState state, Route route, @Nullable FailureReason failure) {
        NOTIFY.info("{} for session {}", newsText(state, route, failure), sessionId);
    }

    /** {@code total} counts ended messages of the session that have text. */
    public static void stored(String sessionId, long bytes, long total, Route route) {
        String what = route == Route.BACKGROUND ? "background response" : "response";
        STORE.info("Stored {} for session {} ({} bytes, {} total responses)", what, sessionId, bytes, total);
    }

    // 6. Switch

    public static void spawnStarting(String sessionId) {
        SPAWN.info("Starting session {}", sessionId);
    }

    public static void spawnChecking(String sessionId) {
        SPAWN.info("Checking for notifications for session {}", sessionId);
    }

    public static void spawnFound(String sessionId, MessageState state, Route route, @Nullable FailureReason failure) {
        SPAWN.info("Found notification for session {}: {}", sessionId, newsText(state, route, failure));
    }

    public static void spawnFoundNone(String sessionId) {
        SPAWN.info("No notifications for session {}", sessionId);
    }

    /** The switch was refused because the store had no room for it: what the guide calls lock contention. */
    public static void spawnBusy(String sessionId) {
        SPAWN.error("Could not lock coordinator for session {}", sessionId);
    }

    public static void retrieved(int responses, String sessionId) {
        RETRIEVE.info("Retrieved {} background responses for session {}", responses, sessionId);
    }

    public static void retrieveSessionNotFound(String sessionId) {
        RETRIEVE.error("Session {} not found", sessionId);
    }

    /** Put into the answer of the switch; {@code number} counts from 1. */
    public static void displaying(int number, long bytes) {
        SPAWN.info("Displaying response {} ({} bytes)", number, bytes);
    }

    private static String newsText(MessageState state, Route route, @Nullable FailureReason failure) {
        return switch (state) {
            case COMPLETED -> route == Route.BACKGROUND ? "Background work complete" : "Answer complete";
            case FAILED -> failure == null ? "Message failed" : "Message failed: " + failure;
            case CANCELLED -> "Message cancelled";
            case QUEUED, RUNNING -> throw new IllegalArgumentException("no news of a message that is " + state);
        };
    }
}
