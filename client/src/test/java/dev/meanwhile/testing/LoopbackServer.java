package dev.meanwhile.testing;

import dev.meanwhile.client.ServerAddress;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** One service on a port of this machine. */
public final class LoopbackServer implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Server server;

    private LoopbackServer(BindableService service, int port) throws IOException {
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .executor(threads)
                .intercept(new LoopbackRefusals())
                .addService(service)
                .build()
                .start();
    }

    public static LoopbackServer of(BindableService service) {
        return of(service, 0);
    }

    public static LoopbackServer of(BindableService service, int port) {
        try {
            return new LoopbackServer(service, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An address where nobody listens. */
    public static ServerAddress nowhere() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new ServerAddress("127.0.0.1", socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public ServerAddress address() {
        return new ServerAddress("127.0.0.1", server.getPort());
    }

    /** Breaks every connection. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.shutdownNow();
    }
}
