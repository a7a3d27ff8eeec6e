package dev.meanwhile.server.grpc;

import dev.meanwhile.server.coordinator.Operations;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.v1.ErrorReason;
import dev.meanwhile.v1.GetServerInfoResponse;
import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.ServerLimits;
import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.util.internal.PlatformDependent;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The contract on a port, with health and reflection. */
public final class GrpcServer {
    private static final List<String> SERVICES =
            List.of("", SessionServiceGrpc.SERVICE_NAME, OperatorServiceGrpc.SERVICE_NAME);

    private final HealthStatusManager health = new HealthStatusManager();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("call-timeouts").factory());
    private final CallThreads calls = new CallThreads();
    private final OpenCalls open = new OpenCalls();
    private final CallGuard guard;
    private final Server server;

    /** @param limits as clients may know them; what the gRPC side knows itself is filled in here */
    public GrpcServer(GrpcConfig config, UserApi api, Operations operations, String version, ServerLimits limits) {
        this.guard = new CallGuard(timer, config.callTimeout());
        GetServerInfoResponse info = GetServerInfoResponse.newBuilder()
                .setVersion(version)
                .setStartTime(Protos.time(Instant.now()))
                .setLimits(limits.toBuilder()
                        .setRequestBytes(config.requestBytes())
                        .setCallsPerConnection(config.callsPerConnection())
                        .setCallTimeout(Protos.duration(config.callTimeout()))
                        .setHeartbeatInterval(Protos.duration(config.heartbeat())))
                .addAllErrorReasons(Arrays.stream(ErrorReason.values())
                        .filter(reason ->
                                reason != ErrorReason.UNRECOGNIZED && reason != ErrorReason.ERROR_REASON_UNSPECIFIED)
                        .toList())
                .build();
        this.server = NettyServerBuilder.forAddress(config.address())
                .directExecutor()
                .callExecutor(calls)
                .addStreamTracerFactory(open)
                .addStreamTracerFactory(new PartialRequests(config.partialRequestBytes()))
                .addService(guarded(new SessionGrpcService(api, info).bindService()))
                .addService(guarded(new OperatorGrpcService(operations).bindService()))
                .addService(bounded(health.getHealthService()))
                .addService(bounded(ProtoReflectionServiceV1.newInstance()))
                .addService(bounded(reflectionV1Alpha()))
                .maxInboundMessageSize(config.requestBytes())
                .maxInboundMetadataSize(config.metadataBytes())
                .maxConcurrentCallsPerConnection(config.callsPerConnection())
                .maxRstFramesPerWindow(config.rstFrames(), (int) GrpcConfig.RST_WINDOW.toSeconds())
                .keepAliveTime(config.keepalive().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(config.keepaliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveTime(config.clientPing().toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxConnectionIdle(config.connectionIdle().toMillis(), TimeUnit.MILLISECONDS)
                .handshakeTimeout(config.handshake().toMillis(), TimeUnit.MILLISECONDS)
                .build();
    }

    /** @throws IOException if the port can't be had */
    public void start() throws IOException {
        server.start();
        setServing(true);
    }

    /** What all connections hold outside of the heap: their buffers. */
    public static long bufferBytes() {
        return PlatformDependent.usedDirectMemory();
    }

    /** What health checks are told from now on. */
    public void setServing(boolean serving) {
        ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        SERVICES.forEach(service -> health.setStatus(service, status));
    }

    public int port() {
        return server.getPort();
    }

    /**
     * New calls are refused and health says NOT_SERVING; streams are ended by those who feed them. The port stays open:
     * whoever connects now is told DRAINING, where a refused connection would say that there is no server.
     */
    public void drain() {
        health.enterTerminalState();
        guard.drain();
        open.drain();
    }

    /** Waits until the calls from before {@link #drain} have ended, at most that long; the port stays open. */
    public void awaitCalls(Duration patience) throws InterruptedException {
        open.await(patience);
    }

    /** Shuts the port, and cuts what is still open after that time: whoever does not read what it has been sent. */
    public void close(Duration patience) throws InterruptedException {
        server.shutdown();
        if (!server.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            server.shutdownNow().awaitTermination(patience.toNanos() / 2, TimeUnit.NANOSECONDS);
        }
        timer.shutdownNow();
        calls.shutdown();
    }

    private ServerServiceDefinition guarded(ServerServiceDefinition service) {
        // Raw messages outside, so that the guard sees what does not parse.
        return ServerInterceptors.intercept(ServerInterceptors.useInputStreamMessages(service), guard);
    }

    /** For services that the guard does not stand before: health is asked also while the server drains. */
    private ServerServiceDefinition bounded(BindableService service) {
        return ServerInterceptors.intercept(service, new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                StatusRuntimeException end = GrpcErrors.of(Refusal.callTimeout());
                Runnable taken = PartialRequests.onOverrun(
                        () -> timer.execute(() -> call.close(end.getStatus(), new Metadata())));
                return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
                    @Override
                    public void onMessage(Q message) {
                        super.onMessage(message);
                        taken.run();
                    }
                };
            }
        });
    }

    @SuppressWarnings("deprecation") // grpcurl and others still ask for v1alpha
    private static BindableService reflectionV1Alpha() {
        return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
    }
}
