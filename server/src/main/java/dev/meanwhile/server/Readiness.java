package dev.meanwhile.server;

import dev.meanwhile.server.grpc.GrpcServer;
import dev.meanwhile.server.store.Storage;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells health checks whether messages are accepted. It asks the store itself, since nobody submits while health says
 * no.
 */
final class Readiness implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private final Storage storage;
    private final GrpcServer grpc;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("readiness").factory());
    private volatile boolean ready = true;

    Readiness(Storage storage, GrpcServer grpc) {
        this.storage = storage;
        this.grpc = grpc;
    }

    void start() {
        timer.scheduleWithFixedDelay(this::check, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    boolean ready() {
        return ready && !timer.isShutdown();
    }

    void check() {
        boolean now = storage.writable();
        if (now != ready) {
            ready = now;
            grpc.setServing(now);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
