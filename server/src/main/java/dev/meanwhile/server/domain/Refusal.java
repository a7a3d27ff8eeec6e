package dev.meanwhile.server.domain;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call that is refused for a reason of the contract. Thrown before anything is written; the text says what to do
 * and its dynamic parts stand in the metadata too.
 */
public final class Refusal extends RuntimeException {

    /** Reasons of the contract's ErrorReason, with the same names. */
    public enum Reason {
        INVALID_FIELD,
        MALFORMED_REQUEST,
        MESSAGE_TOO_LARGE,
        MODEL_UNKNOWN,
        PAGE_TOKEN_INVALID,
        SESSION_NOT_FOUND,
        MESSAGE_NOT_FOUND,
        REQUEST_ID_REUSED,
        SESSION_EXISTS,
        NAME_TAKEN,
        SESSION_BUSY,
        SESSION_CLOSED,
        EPOCH_CHANGED,
        CURSOR_AHEAD,
        QUEUE_FULL,
        WORKSPACE_QUOTA,
        CALL_TIMEOUT,
        DRAINING,
        STORAGE_UNAVAILABLE,
        STORAGE_BUSY,
        LOG_CORRUPT,
        INTERNAL
    }

    private static final long serialVersionUID = 1;

    private final Reason reason;
    private final transient Map<String, String> metadata;
    private final transient @Nullable Duration retryDelay;

    private Refusal(Reason reason, String text, Map<String, String> metadata, @Nullable Duration retryDelay) {
        super(text, null, false, false);
        this.reason = reason;
        this.metadata = metadata;
        this.retryDelay = retryDelay;
    }

    public Reason reason() {
        return reason;
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /** When to try again, for the reasons that pass by themselves. */
    public @Nullable Duration retryDelay() {
        return retryDelay;
    }

    public String text() {
        return String.valueOf(getMessage());
    }

    public static Refusal invalidField(String field, String problem) {
        return new Refusal(Reason.INVALID_FIELD, field + " " + problem, Map.of("field", field), null);
    }

    public static Refusal malformedRequest(String problem) {
        return new Refusal(
                Reason.MALFORMED_REQUEST, "the request can't be read: " + problem, Map.of("problem", problem), null);
    }

    public static Refusal messageTooLarge(long bytes, long limit) {
        String text = bytes == 0
                ? "text is empty; send 1 to " + limit + " bytes of UTF-8"
                : "text has " + bytes + " bytes; the limit is " + limit + ", send it in parts";
        return new Refusal(
                Reason.MESSAGE_TOO_LARGE,
                text,
                Map.of("bytes", Long.toString(bytes), "limit_bytes", Long.toString(limit)),
                null);
    }

    public static Refusal modelUnknown(String model) {
        return new Refusal(
                Reason.MODEL_UNKNOWN,
                "no model named '" + model + "' is configured; ListModels has the names",
                Map.of("model", model),
                null);
    }

    public static Refusal pageTokenInvalid() {
        return new Refusal(
                Reason.PAGE_TOKEN_INVALID,
                "page_token does not belong to this list with these filters; start without one",
                Map.of(),
                null);
    }

    /** @param workspace the one the caller asked in, whatever others have (P13) */
    public static Refusal sessionNotFound(String workspace, String id) {
        return new Refusal(
                Reason.SESSION_NOT_FOUND,
                "no session '" + id + "' in workspace '" + workspace + "'; ListSessions has the ids",
                Map.of("session_id", id, "workspace", workspace),
                null);
    }

    /** @param workspace the one the caller asked in, whatever others have (P13) */
    public static Refusal messageNotFound(String workspace, String id) {
        return new Refusal(
                Reason.MESSAGE_NOT_FOUND,
                "no message '" + id + "' in workspace '" + workspace + "'; ListMessages has the ids",
                Map.of("message_id", id, "workspace", workspace),
                null);
    }

    /** A message of the caller's workspace that was looked for in another session than its own. */
    public static Refusal messageOfAnotherSession(String workspace, String sessionId, String id) {
        return new Refusal(
                Reason.MESSAGE_NOT_FOUND,
                "message '" + id + "' in workspace '" + workspace + "' is not of session '" + sessionId
                        + "'; GetMessage has the session_id",
                Map.of("message_id", id, "workspace", workspace, "session_id", sessionId),
                null);
    }

    public static Refusal requestIdReused(String requestId) {
        return new Refusal(
                Reason.REQUEST_ID_REUSED,
                "request_id '" + requestId + "' was used with other content; use a new one for a new request",
                Map.of("request_id", requestId),
                null);
    }

    public static Refusal sessionExists(String id) {
        return new Refusal(
                Reason.SESSION_EXISTS,
                "session_id '" + id + "' is taken in this workspace; choose another or leave it empty",
                Map.of("session_id", id),
                null);
    }

    public static Refusal nameTaken(String name) {
        return new Refusal(
                Reason.NAME_TAKEN,
                "an open session is already named '" + name + "'; choose another name or leave it empty",
                Map.of("name", name),
                null);
    }

    /** @param messageId the oldest that has not ended */
    public static Refusal sessionBusy(String id, String messageId) {
        return new Refusal(
                Reason.SESSION_BUSY,
                "message '" + messageId + "' of session '" + id
                        + "' has not ended; wait for it, cancel it, or use another conflict_policy",
                Map.of("session_id", id, "message_id", messageId),
                null);
    }

    public static Refusal sessionClosed(String id) {
        return new Refusal(
                Reason.SESSION_CLOSED,
                "session '" + id
                        + "' is closed; read it with ListMessages or ResponseChunks, create a new session to go on",
                Map.of("session_id", id),
                null);
    }

    public static Refusal epochChanged(String epoch) {
        return anotherLog("cursor", "drop what you hold and start at 0", epoch);
    }

    /** Of a mark. */
    public static Refusal readInAnotherLog(String epoch) {
        return anotherLog("sequence", "read the session anew and mark what you saw", epoch);
    }

    private static Refusal anotherLog(String what, String cure, String epoch) {
        return new Refusal(
                Reason.EPOCH_CHANGED,
                "the log is not the one this " + what + " belongs to; " + cure + " with epoch '" + epoch + "'",
                Map.of("epoch", epoch),
                null);
    }

    /** Of a reader that has seen more than there is: the log is not what it was. */
    public static Refusal cursorAhead(long sequence, long last, String epoch) {
        return ahead(sequence, last, epoch, "drop what you hold and start at 0 with epoch '" + epoch + "'");
    }

    /** Of a mark, which says nothing of what the caller holds. */
    public static Refusal readAhead(long sequence, long last, String epoch) {
        return ahead(sequence, last, epoch, "mark at most that as read");
    }

    private static Refusal ahead(long sequence, long last, String epoch, String cure) {
        return new Refusal(
                Reason.CURSOR_AHEAD,
                "sequence " + sequence + " lies beyond the log's end at " + last + "; " + cure,
                Map.of("sequence", Long.toString(sequence), "last_sequence", Long.toString(last), "epoch", epoch),
                null);
    }

    public static Refusal queueFull(int limit, Duration retryDelay) {
        return new Refusal(
                Reason.QUEUE_FULL,
                "the server holds " + limit + " unended messages, its limit; retry later",
                Map.of("limit", Integer.toString(limit)),
                retryDelay);
    }

    public static Refusal workspaceQuota(int limit, Duration retryDelay) {
        return new Refusal(
                Reason.WORKSPACE_QUOTA,
                "this workspace holds " + limit + " unended messages, its limit; retry later or cancel some",
                Map.of("limit", Integer.toString(limit)),
                retryDelay);
    }

    public static Refusal callTimeout() {
        return new Refusal(
                Reason.CALL_TIMEOUT,
                "the call took too long and whether it took effect is unknown; repeat it with the same request_id",
                Map.of(),
                null);
    }

    public static Refusal draining() {
        return new Refusal(
                Reason.DRAINING,
                "the server is shutting down; nothing was done, retry",
                Map.of(),
                Duration.ofSeconds(1));
    }

    public static Refusal storageUnavailable() {
        return new Refusal(
                Reason.STORAGE_UNAVAILABLE,
                "the store can't be used now; nothing was acknowledged, retry later with the same request_id",
                Map.of(),
                null);
    }

    public static Refusal storageBusy() {
        return new Refusal(
                Reason.STORAGE_BUSY,
                "too many commands wait for the store; nothing was done, retry",
                Map.of(),
                Duration.ofMillis(250));
    }

    public static Refusal logCorrupt(String sessionId, long sequence) {
        return new Refusal(
                Reason.LOG_CORRUPT,
                sequence == 0
                        ? "the system instruction of session '" + sessionId
                                + "' fails its checksum and is not served; set it again with UpdateSession"
                        : "the log of session '" + sessionId + "' is damaged up to sequence " + sequence
                                + " and that part is not served; go on behind it",
                Map.of("session_id", sessionId, "sequence", Long.toString(sequence)),
                null);
    }

    public static Refusal internal(String errorId) {
        return new Refusal(
                Reason.INTERNAL,
                "a fault of the server; its log has the details under error_id " + errorId,
                Map.of("error_id", errorId),
                null);
    }
}
