package dev.meanwhile.server.grpc;

import dev.meanwhile.server.telemetry.ServiceLog;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Calls the server over its own port, since a server whose port has gone deaf looks alive to everything else: after
 * an OutOfMemoryError, for one. Three misses in a row, and it says so.
 */
public final class PortCheck implements AutoCloseable {
    private static final int MISSES = 3;
    private final Duration interval;
    private final Runnable deaf;
    private final ManagedChannel channel;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("port-check").factory());
    private volatile boolean closed;
    private int missed;

    /** @param deaf called once, when the server does not hear any more */
    public PortCheck(InetSocketAddress bound, int port, Duration interval, Runnable deaf) {
        this.interval = interval;
        this.deaf = deaf;
        InetAddress address = bound.getAddress();
        InetSocketAddress self = address == null || address.isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                : new InetSocketAddress(address, port);
        this.channel = NettyChannelBuilder.forAddress(self)
                .usePlaintext()
                .directExecutor()
                .build();
    }

    public void start() {
        long millis = interval.toMillis();
        timer.scheduleWithFixedDelay(this::check, millis, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        channel.shutdownNow();
    }

    /** One call. Any answer will do, NOT_SERVING too. */
    void check() {
        try {
            HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(interval.toMillis(), TimeUnit.MILLISECONDS)
                    .check(HealthCheckRequest.getDefaultInstance());
            missed = 0;
        } catch (StatusRuntimeException e) {
            if (closed) {
                return; // we hung up, the server did not
            }
            missed++;
            ServiceLog.warn("The server does not answer over its own port (" + missed + " of " + MISSES + " times: "
                    + e.getStatus().getCode() + ")");
            if (missed == MISSES) {
                deaf.run();
            }
        }
    }
}
