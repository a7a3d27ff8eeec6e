package dev.meanwhile.server;

import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.meanwhile.v1.ErrorReason;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.protobuf.StatusProto;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Looks at every status a test gets from the contract's services, and remembers those the contract does not allow. */
final class ErrorWitness implements ClientInterceptor {
    private static final int MAX_DETAILS = 4 << 10;

    /** What this client or the transport ends a call with by itself; the service's own have their details. */
    private static final Set<Code> OF_THE_TRANSPORT =
            EnumSet.of(Code.OK, Code.CANCELLED, Code.DEADLINE_EXCEEDED, Code.UNAVAILABLE);

    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    /** What was not allowed, in words. */
    List<String> violations() {
        return List.copyOf(violations);
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        boolean ours = method.getFullMethodName().startsWith("meanwhile.v1.");
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onClose(io.grpc.Status status, Metadata trailers) {
                                if (ours) {
                                    judge(method.getFullMethodName(), status, trailers);
                                }
                                super.onClose(status, trailers);
                            }
                        },
                        headers);
            }
        };
    }

    private void judge(String method, io.grpc.Status status, Metadata trailers) {
        String problem = problem(status, StatusProto.fromStatusAndTrailers(status, trailers));
        if (problem != null) {
            violations.add(method + " ended " + status + ": " + problem);
        }
    }

    private static @Nullable String problem(io.grpc.Status status, @Nullable Status details) {
        boolean tooLarge = status.getCode() == Code.RESOURCE_EXHAUSTED
                && String.valueOf(status.getDescription()).contains("exceeds maximum size");
        if (details == null || details.getDetailsCount() == 0) {
            return OF_THE_TRANSPORT.contains(status.getCode()) || tooLarge ? null : "no ErrorInfo";
        }
        if (details.getSerializedSize() > MAX_DETAILS) {
            return details.getSerializedSize() + " bytes of details";
        }
        ErrorInfo info = ErrorDetails.of(details, ErrorInfo.class);
        if (info == null || !info.getDomain().equals("meanwhile.v1")) {
            return "no ErrorInfo of this domain";
        }
        if (details.getMessage().isEmpty()) {
            return "no words";
        }
        return wrongParts(info, details);
    }

    private static @Nullable String wrongParts(ErrorInfo info, Status details) {
        ErrorReason reason;
        try {
            reason = ErrorReason.valueOf("ERROR_REASON_" + info.getReason());
        } catch (IllegalArgumentException e) {
            return "the reason " + info.getReason() + " is not in the contract";
        }
        ErrorDetails.Promise promise = ErrorDetails.PROMISES.get(reason);
        if (promise == null || promise.code().value() != details.getCode()) {
            return "the status of " + reason + " is not the promised one";
        }
        if (!promise.keptBy(info)) {
            return "the keys of " + reason + " are " + info.getMetadataMap();
        }
        String beside = ErrorDetails.beside(details);
        return promise.beside().equals(beside) ? null : reason + " with '" + beside + "' beside the ErrorInfo";
    }
}
