package dev.meanwhile.server.telemetry;

import dev.meanwhile.server.domain.CancelCause;
import dev.meanwhile.server.domain.FailureReason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The lines of the service beyond the guide's. Ids must be validated ones; every other text is cleaned and must not
 * come from a user. Exceptions show as classes and places, without their messages.
 */
public final class ServiceLog {
    private static final Logger WORKER = Component.WORKER.logger();
    private static final Logger QUEUE = Component.QUEUE.logger();
    private static final Logger SESSION = Component.SESSION.logger();
    private static final Logger STORE = Component.STORE.logger();
    private static final Logger RETRIEVE = Component.RETRIEVE.logger();
    private static final Logger COORDINATOR = Component.COORDINATOR.logger();
    private static final Logger SERVER = Component.SERVER.logger();

    private ServiceLog() {}

    // Sessions

    public static void sessionCreated(String sessionId, long number, boolean active) {
        SESSION.info("Created session {} (number: {}, active: {})", sessionId, number, active);
    }

    public static void sessionClosed(String sessionId, boolean cancelPending) {
        SESSION.info("Closed session {} (cancel_pending: {})", sessionId, cancelPending);
    }

    public static void sessionDeleted(String sessionId) {
        SESSION.info("Deleted session {}", sessionId);
    }

    /** The rows behind a deleted session are gone too. */
    public static void purgeDone(String sessionId) {
        STORE.info("Purged session {}", sessionId);
    }

    /** {@code reprioritized} counts queued messages that want another lane now. */
    public static void switched(String sessionId, @Nullable String previousId, long reprioritized) {
        COORDINATOR.info(
                "Switched to session {} (previous: {}, messages that changed priority: {})",
                sessionId,
                previousId == null ? "none" : previousId,
                reprioritized);
    }

    // Messages

    /** A submit with a known request id. */
    public static void duplicate(String sessionId, String messageId) {
        QUEUE.info("Duplicate submit from session {}, it is message {}", sessionId, messageId);
    }

    public static void cancelled(String sessionId, String messageId, CancelCause cause, boolean wasRunning) {
        QUEUE.info(
                "Cancelled message {} of session {} (cause: {}, was running: {})",
                messageId,
                sessionId,
                cause,
                wasRunning);
    }

    /** A message has failed for good. */
    public static void failed(String sessionId, FailureReason reason, int attempts) {
        WORKER.error("Processing failed for session {} (reason: {}, attempts: {})", sessionId, reason, attempts);
    }

    public static void retryScheduled(String sessionId, int attempt, FailureReason reason, Duration delay) {
        WORKER.info(
                "Attempt {} failed for session {} ({}), next in {}ms", attempt, sessionId, reason, delay.toMillis());
    }

    /** A running message went back into the queue because its server had ended. */
    public static void takenBack(String sessionId, int attempt) {
        QUEUE.info("Took back message of session {} after a restart (attempt: {})", sessionId, attempt);
    }

    /** A running message went back into the queue because this server ends. */
    public static void handedBack(String sessionId, int attempt) {
        QUEUE.info("Handed back message of session {} (attempt: {})", sessionId, attempt);
    }

    /** A write came too late: its attempt had been ended or replaced. */
    public static void fencedWrite(String sessionId, int attempt) {
        WORKER.info("Refused late write of attempt {} for session {}", attempt, sessionId);
    }

    // Workers and models

    /** The provider of a model is out: nothing of it is started for a while. */
    public static void modelHeld(String model, FailureReason reason, int failures, Duration wait) {
        WORKER.warn("Model {} held for {}ms ({}, failures in a row: {})", model, wait.toMillis(), reason, failures);
    }

    /** The hold of a model is over, since a call of it is answered. */
    public static void modelAnswers(String model) {
        WORKER.info("Model {} answers again", model);
    }

    public static void paused() {
        COORDINATOR.info("Workers paused");
    }

    public static void resumed() {
        COORDINATOR.info("Workers resumed");
    }

    // Readers

    /** DEBUG. */
    public static void streamOpened(String sessionId, long afterSequence) {
        RETRIEVE.debug("Opened response stream of session {} (after: {})", sessionId, afterSequence);
    }

    /** DEBUG. */
    public static void streamClosed(String sessionId, long lastSequence) {
        RETRIEVE.debug("Closed response stream of session {} (last: {})", sessionId, lastSequence);
    }

    // Store

    /** {@code operation} says what was tried, in words of ours. */
    public static void storeError(String operation, Throwable thrown) {
        STORE.error("{} failed: {}", Clean.text(operation), Causes.withPlaces(thrown));
    }

    public static void storageUnavailable(String reason) {
        STORE.error("Storage unavailable, submits are refused until it is back: {}", Clean.text(reason));
    }

    /** SQLite itself can't make sense of what it reads, so no checksum of ours could say which text is lost. */
    public static void databaseDamaged() {
        STORE.error("The database file is damaged; stop the server, restore a backup and start it again");
    }

    /** Told with the flag of a restore. */
    public static void restored(int sessions) {
        STORE.info("Restored: the logs of {} sessions have new epochs, so clients read them anew", sessions);
    }

    public static void storageBack() {
        STORE.info("Storage available again");
    }

    /** {@code what} is ids and words of ours. */
    public static void corruptText(String sessionId, String what) {
        STORE.error("Stored text of session {} does not match its checksum: {}", sessionId, what);
    }

    // Everything else

    /** @param http where metrics and health are, null = nowhere */
    public static void listening(String version, String grpc, @Nullable String http, String data) {
        SERVER.info(
                "Meanwhile {} listens on {} (gRPC){}, data in {}",
                Clean.text(version),
                grpc,
                http == null ? "" : " and " + http + " (metrics, health)",
                Clean.text(data));
    }

    /** Open sessions that nothing would answer; {@code which} says how many and of which models. */
    public static void modelsMissing(String which) {
        SERVER.warn(
                "{}; configure it again, or give the session another: UpdateSession, or bin/meanwhile model SESSION"
                        + " NAME, or for all of a workspace models replace OLD NAME",
                Clean.text(which));
    }

    /** @param patience how long what runs may go on */
    public static void stopping(int running, Duration patience) {
        SERVER.info("Stopping: {} running answers may go on for {}ms", running, patience.toMillis());
    }

    public static void info(String text) {
        SERVER.info("{}", Clean.text(text));
    }

    public static void warn(String text) {
        SERVER.warn("{}", Clean.text(text));
    }

    public static void error(String text) {
        SERVER.error("{}", Clean.text(text));
    }

    /** A fault of ours; {@code where} is the part that met it. */
    public static void unexpected(String where, Throwable thrown) {
        SERVER.error("Unexpected in {}: {}", Clean.text(where), Causes.withPlaces(thrown));
    }

    public static void levelChanged(String component, LogLevel level) {
        SERVER.info("Log level of {} is {} now", Component.named(component), level);
    }
}
