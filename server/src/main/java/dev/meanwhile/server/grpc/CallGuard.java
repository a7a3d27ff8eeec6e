package dev.meanwhile.server.grpc;

import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.telemetry.ServiceLog;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every call of the contract. It refuses what can't be read, in words, where grpc-java would answer
 * UNKNOWN; ends unary calls without a deadline in a bounded time, also those whose body never comes; and lets no
 * exception out.
 */
final class CallGuard implements ServerInterceptor {
    private static final Metadata.Key<String> ENCODING =
            Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> TIMEOUT =
            Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);

    private final ScheduledExecutorService timer;
    private final long timeoutMillis;
    private volatile boolean draining;

    CallGuard(ScheduledExecutorService timer, Duration callTimeout) {
        this.timer = timer;
        this.timeoutMillis = callTimeout.toMillis();
    }

    /** From now on every new call is refused. */
    void drain() {
        draining = true;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        GuardedCall<Q, A> guarded = new GuardedCall<>(call);
        if (draining) {
            return guarded.refuse(Refusal.draining());
        }
        String encoding = headers.get(ENCODING);
        if (encoding != null && !encoding.equals("identity")) {
            return guarded.refuse(Refusal.malformedRequest("it is compressed; send it without compression"));
        }
        boolean unary = call.getMethodDescriptor().getType() == MethodType.UNARY;
        if (unary && !headers.containsKey(TIMEOUT)) {
            guarded.endAfter(timer, timeoutMillis);
        }
        Runnable taken = PartialRequests.onOverrun(() -> timer.execute(guarded::timeOut));
        return new GuardedListener<>(guarded, next.startCall(guarded, headers), taken);
    }

    /** Closes once, whoever comes first. */
    private static final class GuardedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final AtomicBoolean closed = new AtomicBoolean();
        private volatile @Nullable ScheduledFuture<?> timeout;

        GuardedCall(ServerCall<Q, A> delegate) {
            super(delegate);
        }

        void endAfter(ScheduledExecutorService timer, long millis) {
            timeout = timer.schedule(this::timeOut, millis, TimeUnit.MILLISECONDS);
        }

        void timeOut() {
            end(GrpcErrors.of(Refusal.callTimeout()));
        }

        ServerCall.Listener<Q> refuse(Refusal refusal) {
            end(GrpcErrors.of(refusal));
            return new ServerCall.Listener<>() {};
        }

        void end(StatusRuntimeException error) {
            close(error.getStatus(), trailersOf(error));
        }

        private static Metadata trailersOf(StatusRuntimeException error) {
            Metadata trailers = error.getTrailers();
            return trailers == null ? new Metadata() : trailers;
        }

        void ended() {
            ScheduledFuture<?> pending = timeout;
            if (pending != null) {
                pending.cancel(false);
            }
        }

        @Override
        public void sendHeaders(Metadata headers) {
            if (!closed.get()) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public void sendMessage(A message) {
            if (!closed.get()) {
                super.sendMessage(message);
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            ended();
            if (GrpcErrors.notOurs(status, trailers)) {
                // grpc-java's own end of a call that brought no request, or several
                StatusRuntimeException error =
                        GrpcErrors.of(Refusal.malformedRequest("it must be exactly one message"));
                super.close(error.getStatus(), trailersOf(error));
            } else {
                super.close(status, trailers);
            }
        }
    }

    private static final class GuardedListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final GuardedCall<Q, ?> call;
        private final Runnable taken;

        GuardedListener(GuardedCall<Q, ?> call, ServerCall.Listener<Q> delegate, Runnable taken) {
            super(delegate);
            this.call = call;
            this.taken = taken;
        }

        @Override
        public void onMessage(Q message) {
            guarded(() -> super.onMessage(message));
            taken.run();
        }

        @Override
        public void onHalfClose() {
            guarded(super::onHalfClose);
        }

        @Override
        public void onReady() {
            guarded(super::onReady);
        }

        @Override
        public void onCancel() {
            call.ended();
            super.onCancel();
        }

        private void guarded(Runnable work) {
            try {
                work.run();
            } catch (StatusRuntimeException e) {
                call.end(GrpcErrors.of(
                        Refusal.malformedRequest("it is no valid message of this method, or its UTF-8 is broken")));
            } catch (RuntimeException e) {
                ServiceLog.unexpected("a call", e);
                call.end(Replies.error(e));
            }
        }
    }
}
