package dev.meanwhile.server.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.meanwhile.server.domain.Refusal;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one place that makes an error: status, text and details of a refusal. */
final class GrpcErrors {
    static final String DOMAIN = "meanwhile.v1";

    /** Longer values are cut, so that all details together stay below 4 KiB: larger ones break Java clients. */
    private static final int MAX_VALUE = 256;

    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private GrpcErrors() {}

    /** Whether grpc-java itself ends a call with INTERNAL, without any details of ours. */
    static boolean notOurs(Status status, Metadata trailers) {
        return status.getCode() == Status.Code.INTERNAL && !trailers.containsKey(DETAILS);
    }

    static StatusRuntimeException of(Refusal refusal) {
        com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder()
                .setCode(code(refusal.reason()).value())
                .setMessage(cut(refusal.text()))
                .addDetails(pack(ErrorInfo.newBuilder()
                        .setDomain(DOMAIN)
                        .setReason(refusal.reason().name())
                        .putAllMetadata(cut(refusal.metadata()))
                        .build()));
        String field = fieldOf(refusal);
        if (field != null) {
            status.addDetails(pack(BadRequest.newBuilder()
                    .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                            .setField(field)
                            .setDescription(cut(refusal.text())))
                    .build()));
        }
        Duration retryDelay = refusal.retryDelay();
        Metadata trailers = new Metadata();
        if (retryDelay != null) {
            status.addDetails(pack(RetryInfo.newBuilder()
                    .setRetryDelay(Protos.duration(retryDelay))
                    .build()));
            if (refusal.reason() == Refusal.Reason.STORAGE_BUSY) {
                trailers.put(PUSHBACK, Long.toString(retryDelay.toMillis()));
            }
        }
        return StatusProto.toStatusRuntimeException(status.build(), trailers);
    }

    /** The field that an INVALID_ARGUMENT is about. */
    private static @Nullable String fieldOf(Refusal refusal) {
        return switch (refusal.reason()) {
            case INVALID_FIELD -> refusal.metadata().get("field");
            case MESSAGE_TOO_LARGE -> "text";
            case MODEL_UNKNOWN -> "model";
            case PAGE_TOKEN_INVALID -> "page_token";
            default -> null;
        };
    }

    private static Status.Code code(Refusal.Reason reason) {
        return switch (reason) {
            case INVALID_FIELD, MALFORMED_REQUEST, MESSAGE_TOO_LARGE, MODEL_UNKNOWN, PAGE_TOKEN_INVALID ->
                Status.Code.INVALID_ARGUMENT;
            case SESSION_NOT_FOUND, MESSAGE_NOT_FOUND -> Status.Code.NOT_FOUND;
            case REQUEST_ID_REUSED, SESSION_EXISTS, NAME_TAKEN -> Status.Code.ALREADY_EXISTS;
            case SESSION_BUSY, SESSION_CLOSED, EPOCH_CHANGED -> Status.Code.FAILED_PRECONDITION;
            case CURSOR_AHEAD -> Status.Code.OUT_OF_RANGE;
            case QUEUE_FULL, WORKSPACE_QUOTA -> Status.Code.RESOURCE_EXHAUSTED;
            case CALL_TIMEOUT -> Status.Code.DEADLINE_EXCEEDED;
            case DRAINING, STORAGE_UNAVAILABLE, STORAGE_BUSY -> Status.Code.UNAVAILABLE;
            case LOG_CORRUPT -> Status.Code.DATA_LOSS;
            case INTERNAL -> Status.Code.INTERNAL;
        };
    }

    private static Any pack(Message detail) {
        return Any.pack(detail);
    }

    private static Map<String, String> cut(Map<String, String> metadata) {
        Map<String, String> cut = new LinkedHashMap<>();
        metadata.forEach((key, value) -> cut.put(key, cut(value)));
        return cut;
    }

    private static String cut(String text) {
        return text.codePointCount(0, text.length()) <= MAX_VALUE
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MAX_VALUE)) + "…";
    }
}
