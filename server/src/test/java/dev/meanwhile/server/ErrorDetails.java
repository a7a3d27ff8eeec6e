package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.meanwhile.v1.ErrorReason;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an error of the service says, and what the contract's comments promise for each reason. */
final class ErrorDetails {

    /** Status code, metadata keys, and what comes beside the ErrorInfo: written down again here by hand. */
    record Promise(Code code, Set<String> keys, String beside) {

        boolean keptBy(ErrorInfo info) {
            Set<String> given = info.getMetadataMap().keySet();
            boolean foundNowhere = info.getReason().equals("MESSAGE_NOT_FOUND") && !given.contains("session_id");
            return given.equals(foundNowhere ? Set.of("message_id", "workspace") : keys)
                    && !info.getMetadataMap().containsValue("");
        }
    }

    private static final String NOTHING = "";
    private static final String BAD = "BadRequest";
    private static final String RETRY = "RetryInfo";

    static final Map<ErrorReason, Promise> PROMISES = new TreeMap<>();

    static {
        promise(ErrorReason.ERROR_REASON_INVALID_FIELD, Code.INVALID_ARGUMENT, BAD, "field");
        promise(ErrorReason.ERROR_REASON_MALFORMED_REQUEST, Code.INVALID_ARGUMENT, NOTHING, "problem");
        promise(ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE, Code.INVALID_ARGUMENT, BAD, "bytes", "limit_bytes");
        promise(ErrorReason.ERROR_REASON_MODEL_UNKNOWN, Code.INVALID_ARGUMENT, BAD, "model");
        promise(ErrorReason.ERROR_REASON_PAGE_TOKEN_INVALID, Code.INVALID_ARGUMENT, BAD);
        promise(ErrorReason.ERROR_REASON_SESSION_NOT_FOUND, Code.NOT_FOUND, NOTHING, "session_id", "workspace");
        promise(
                ErrorReason.ERROR_REASON_MESSAGE_NOT_FOUND,
                Code.NOT_FOUND,
                NOTHING,
                "message_id",
                "workspace",
                "session_id");
        promise(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED, Code.ALREADY_EXISTS, NOTHING, "request_id");
        promise(ErrorReason.ERROR_REASON_SESSION_EXISTS, Code.ALREADY_EXISTS, NOTHING, "session_id");
        promise(ErrorReason.ERROR_REASON_NAME_TAKEN, Code.ALREADY_EXISTS, NOTHING, "name");
        promise(ErrorReason.ERROR_REASON_SESSION_BUSY, Code.FAILED_PRECONDITION, NOTHING, "session_id", "message_id");
        promise(ErrorReason.ERROR_REASON_SESSION_CLOSED, Code.FAILED_PRECONDITION, NOTHING, "session_id");
        promise(ErrorReason.ERROR_REASON_EPOCH_CHANGED, Code.FAILED_PRECONDITION, NOTHING, "epoch");
        promise(
                ErrorReason.ERROR_REASON_CURSOR_AHEAD,
                Code.OUT_OF_RANGE,
                NOTHING,
                "sequence",
                "last_sequence",
                "epoch");
        promise(ErrorReason.ERROR_REASON_QUEUE_FULL, Code.RESOURCE_EXHAUSTED, RETRY, "limit");
        promise(ErrorReason.ERROR_REASON_WORKSPACE_QUOTA, Code.RESOURCE_EXHAUSTED, RETRY, "limit");
        promise(ErrorReason.ERROR_REASON_CALL_TIMEOUT, Code.DEADLINE_EXCEEDED, NOTHING);
        promise(ErrorReason.ERROR_REASON_DRAINING, Code.UNAVAILABLE, RETRY);
        promise(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE, Code.UNAVAILABLE, NOTHING);
        promise(ErrorReason.ERROR_REASON_STORAGE_BUSY, Code.UNAVAILABLE, RETRY);
        promise(ErrorReason.ERROR_REASON_LOG_CORRUPT, Code.DATA_LOSS, NOTHING, "session_id", "sequence");
        promise(ErrorReason.ERROR_REASON_INTERNAL, Code.INTERNAL, NOTHING, "error_id");
    }

    private ErrorDetails() {}

    /** An error as a client gets it. */
    record Refused(Code code, String text, com.google.rpc.Status details) {

        String reason() {
            return info().getReason();
        }

        Map<String, String> metadata() {
            return info().getMetadataMap();
        }

        /** The one field that a BadRequest is about. */
        String field() {
            BadRequest bad = Objects.requireNonNull(of(details, BadRequest.class));
            assertEquals(1, bad.getFieldViolationsCount());
            return bad.getFieldViolations(0).getField();
        }

        RetryInfo retry() {
            return Objects.requireNonNull(of(details, RetryInfo.class));
        }

        private ErrorInfo info() {
            return Objects.requireNonNull(of(details, ErrorInfo.class));
        }
    }

    /** Makes the call, which must be refused. */
    static Refused refused(Runnable call) {
        return refused(assertThrows(StatusRuntimeException.class, call::run));
    }

    static Refused refused(StatusRuntimeException e) {
        return new Refused(
                e.getStatus().getCode(),
                String.valueOf(e.getStatus().getDescription()),
                Objects.requireNonNull(StatusProto.fromThrowable(e)));
    }

    /** Makes the call, which must be refused for that reason with the status and the keys the contract gives it. */
    static Refused refused(String reason, Runnable call) {
        Refused refused = refused(call);
        assertEquals(reason, refused.reason(), refused.text());
        Promise promise = Objects.requireNonNull(PROMISES.get(ErrorReason.valueOf("ERROR_REASON_" + reason)));
        assertEquals(promise.code(), refused.code());
        assertTrue(promise.keptBy(refused.info()), () -> "the keys of " + refused.info());
        return refused;
    }

    /** The types of the details beside the ErrorInfo. */
    static String beside(com.google.rpc.Status details) {
        return details.getDetailsList().stream()
                .map(detail -> detail.getTypeUrl().replaceFirst(".*\\.", ""))
                .filter(type -> !type.equals("ErrorInfo"))
                .collect(Collectors.joining(", "));
    }

    /** The detail of that type, null if there is none. */
    static <T extends Message> @Nullable T of(com.google.rpc.Status details, Class<T> type) {
        try {
            for (Any detail : details.getDetailsList()) {
                if (detail.is(type)) {
                    return detail.unpack(type);
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return null;
    }

    private static void promise(ErrorReason reason, Code code, String beside, String... keys) {
        PROMISES.put(reason, new Promise(code, Set.of(keys), beside));
    }
}
