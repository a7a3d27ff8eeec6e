package dev.meanwhile.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call that the server refused, or that did not get through, in plain words: the message can be shown as it is. */
public final class RpcError extends RuntimeException {
    private static final String DOMAIN = "meanwhile.v1";
    private static final String EPOCH_CHANGED = "EPOCH_CHANGED";

    private final String words;
    private final Status.Code code;
    private final String reason;
    private final transient Map<String, String> metadata;
    private final @Nullable Duration retryDelay;

    private RpcError(Status status, ErrorInfo info, @Nullable Duration retryDelay) {
        super(status.getCause());
        this.code = status.getCode();
        this.reason = info.getDomain().equals(DOMAIN) ? info.getReason() : "";
        // gRPC's own words are of its insides, and name a limit that is one of an attempt only.
        this.words = words(isUnanswered() ? status.withDescription(null) : status);
        this.metadata = Map.copyOf(info.getMetadataMap());
        this.retryDelay = retryDelay;
    }

    /** Of whatever a stub threw or an observer got. */
    static RpcError of(Throwable failure) {
        Status status = Status.fromThrowable(failure);
        Metadata trailers = Status.trailersFromThrowable(failure);
        com.google.rpc.@Nullable Status details = StatusProto.fromStatusAndTrailers(status, trailers);
        ErrorInfo info = detail(details, ErrorInfo.getDefaultInstance());
        RetryInfo retry = detail(details, RetryInfo.getDefaultInstance());
        Duration delay = retry.hasRetryDelay()
                ? Duration.ofSeconds(
                        retry.getRetryDelay().getSeconds(),
                        retry.getRetryDelay().getNanos())
                : null;
        return new RpcError(status, info, delay);
    }

    /** A stream that did not end as the contract says. */
    static RpcError cut(String words) {
        return new RpcError(Status.UNAVAILABLE.withDescription(words), ErrorInfo.getDefaultInstance(), null);
    }

    /** A log that turned out not to be the one the cursor belongs to. */
    static RpcError epochChanged(String epoch) {
        ErrorInfo info = ErrorInfo.newBuilder()
                .setDomain(DOMAIN)
                .setReason(EPOCH_CHANGED)
                .putMetadata("epoch", epoch)
                .build();
        return new RpcError(Status.FAILED_PRECONDITION.withDescription("the log is another one now"), info, null);
    }

    /** What happened and, if the server said so, what to do. */
    @Override
    public String getMessage() {
        return words;
    }

    public Status.Code code() {
        return code;
    }

    /** The name of the {@code ErrorReason} without its prefix; empty if the server named none. */
    public String reason() {
        return reason;
    }

    /** What the words of the message are made of, by the keys that {@code ErrorReason} documents. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** When the server asks to be tried again, if it does. */
    public Optional<Duration> retryDelay() {
        return Optional.ofNullable(retryDelay);
    }

    /** Whether nobody listens at the address: the call did not leave this machine, or not its host. */
    public boolean isNoServer() {
        if (code != Status.Code.UNAVAILABLE) {
            return false;
        }
        for (Throwable cause = getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException
                    || cause instanceof UnknownHostException
                    || cause instanceof NoRouteToHostException) {
                return true;
            }
        }
        return false;
    }

    /** Whether nothing there is known to be a server: nobody listens, or what does listen says nothing. */
    boolean isNoAnswer() {
        return isNoServer() || isUnanswered();
    }

    /** Whether the time for the call ran out on this side. */
    private boolean isUnanswered() {
        return code == Status.Code.DEADLINE_EXCEEDED && reason.isEmpty();
    }

    /** Whether the same call may succeed a little later. */
    boolean isPassing() {
        return code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED || retryDelay != null;
    }

    /** Whether a stream that ended so goes on where it was cut. */
    boolean isCut() {
        return switch (code) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, CANCELLED, ABORTED -> true;
            // With a reason it is the server's own word; without, a connection that broke in the middle.
            case INTERNAL, UNKNOWN -> reason.isEmpty();
            default -> false;
        };
    }

    /** Whether what the reader holds does not belong to this log, so that it has to start anew. */
    boolean isOfAnotherLog() {
        return reason.equals(EPOCH_CHANGED) || reason.equals("CURSOR_AHEAD");
    }

    private static String words(Status status) {
        String said = status.getDescription();
        String fallback = switch (status.getCode()) {
            case UNAVAILABLE -> "the server can't be reached";
            case DEADLINE_EXCEEDED -> "the server did not answer in time";
            case RESOURCE_EXHAUSTED -> "the server has no room for this";
            case UNIMPLEMENTED -> "the server does not know this call";
            default -> "the call failed";
        };
        return said == null || said.isBlank() ? fallback + " (" + status.getCode() + ")" : said;
    }

    private static <T extends Message> T detail(com.google.rpc.@Nullable Status details, T kind) {
        if (details != null) {
            for (Any any : details.getDetailsList()) {
                if (any.is(kind.getClass())) {
                    try {
                        @SuppressWarnings("unchecked") // unpack answers the class it is asked for
                        T found = (T) any.unpack(kind.getClass());
                        return found;
                    } catch (InvalidProtocolBufferException e) {
                        // The status itself still tells what to do.
                        return kind;
                    }
                }
            }
        }
        return kind;
    }
}
