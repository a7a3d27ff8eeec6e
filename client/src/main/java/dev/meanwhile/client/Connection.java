package dev.meanwhile.client;

import dev.meanwhile.v1.GetServerInfoRequest;
import dev.meanwhile.v1.GetServerInfoResponse;
import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.OperatorServiceGrpc.OperatorServiceBlockingStub;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceStub;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The channel to one server, and how patiently it is used. */
final class Connection implements AutoCloseable {
    private static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(15);
    private static final Future<?> DONE = CompletableFuture.completedFuture(null);
    private final ManagedChannel channel;
    private final ClientConfig config;

    Connection(ServerAddress address, ClientConfig config) {
        this.config = config;
        this.channel = NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                // A service config from DNS could turn on retries that repeat calls we do not repeat.
                .disableServiceConfigLookUp()
                .keepAliveTime(60, TimeUnit.SECONDS)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                .build();
    }

    private Connection(ManagedChannel channel, ClientConfig config) {
        this.channel = channel;
        this.config = config;
    }

    /** The same channel, used with another patience; what is told of silence names the end of a call, so it is not. */
    Connection within(Duration callTimeout) {
        return new Connection(
                channel,
                new ClientConfig(callTimeout, config.calls(), config.streams(), config.sleeper(), config.random()));
    }

    ClientConfig config() {
        return config;
    }

    /** A unary call, tried again while its failure is a passing one; so it must be safe to repeat. */
    <T> T call(Function<SessionServiceBlockingStub, T> call) {
        return repeated(SessionServiceGrpc.newBlockingStub(channel), call);
    }

    /** As {@link #call}, of the operators' service. */
    <T> T operate(Function<OperatorServiceBlockingStub, T> call) {
        return repeated(OperatorServiceGrpc.newBlockingStub(channel), call);
    }

    /** A unary call, tried once. */
    <T> T once(Function<SessionServiceBlockingStub, T> call) {
        return tried(SessionServiceGrpc.newBlockingStub(channel), call, config.callTimeout(), config.onSilence());
    }

    private <S extends AbstractStub<S>, T> T repeated(S stub, Function<S, T> call) {
        long start = System.nanoTime();
        // Half of it: a connection that hangs must leave time for another attempt.
        Duration longest = config.callTimeout().dividedBy(2);
        for (int failures = 1; ; failures++) {
            Duration left = left(start);
            try {
                return tried(stub, call, left.compareTo(longest) < 0 ? left : longest, config.onSilence());
            } catch (RpcError e) {
                // Nobody there at the first attempt: nothing was sent, so nothing is in doubt, and waiting is
                // the caller's decision. Later it may be a server that is just starting again.
                boolean nobodyThere = failures == 1 && e.isNoServer();
                if (!e.isPassing() || nobodyThere || failures >= config.calls().attempts()) {
                    throw e;
                }
                pause(failures, e, left(start));
            }
        }
    }

    private Duration left(long start) {
        return config.callTimeout().minusNanos(System.nanoTime() - start);
    }

    private <S extends AbstractStub<S>, T> T tried(
            S stub, Function<S, T> call, Duration longest, Optional<Runnable> onSilence) {
        Future<?> word = onSilence.<Future<?>>map(Connection::afterSilence).orElse(DONE);
        try {
            return call.apply(stub.withDeadlineAfter(longest.toNanos(), TimeUnit.NANOSECONDS));
        } catch (StatusRuntimeException e) {
            throw RpcError.of(e);
        } finally {
            word.cancel(false);
        }
    }

    private static Future<?> afterSilence(Runnable told) {
        long millis = ClientConfig.SILENCE.toMillis();
        return CompletableFuture.runAsync(told, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS));
    }

    SessionServiceStub streams() {
        return SessionServiceGrpc.newStub(channel);
    }

    /** How long the server is silent before it gives a sign of life. */
    Duration heartbeatInterval() {
        return heartbeatInterval(config.onSilence());
    }

    /** As {@link #heartbeatInterval}, where it is asked without end: what is told of silence names the end of a call. */
    Duration heartbeatIntervalQuietly() {
        return heartbeatInterval(Optional.empty());
    }

    private Duration heartbeatInterval(Optional<Runnable> onSilence) {
        GetServerInfoResponse info = tried(
                SessionServiceGrpc.newBlockingStub(channel),
                stub -> stub.getServerInfo(GetServerInfoRequest.getDefaultInstance()),
                config.callTimeout(),
                onSilence);
        var interval = info.getLimits().getHeartbeatInterval();
        Duration told = Duration.ofSeconds(interval.getSeconds(), interval.getNanos());
        return told.isPositive() ? told : DEFAULT_HEARTBEAT;
    }

    /**
     * Waits before another attempt. The channel has a backoff of its own, of up to two minutes, during which it does
     * not even look whether the server is back; it ends here, so that there is one backoff and not two.
     */
    void sleep(Duration pause) throws InterruptedException {
        config.sleeper().sleep(pause);
        channel.resetConnectBackoff();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private void pause(int failures, RpcError error, Duration left) {
        Duration delay = config.calls().delay(failures, error, config.random());
        if (delay.compareTo(left) >= 0) {
            throw error; // so long a wait is for the caller to decide
        }
        try {
            sleep(delay);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw error;
        }
    }
}
