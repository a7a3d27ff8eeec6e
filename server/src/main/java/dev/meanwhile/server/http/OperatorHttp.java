package dev.meanwhile.server.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Answers {@code /metrics} in Prometheus' text format, {@code /livez} while the process lives, and {@code /readyz}
 * with 200 while messages are accepted, else 503. Everything else is 404.
 */
public final class OperatorHttp implements AutoCloseable {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String PLAIN = "text/plain; charset=utf-8";

    /** Requests served at a time; a scrape is short, and nobody else should ask. */
    private static final int THREADS = 2;

    private static final int BACKLOG = 16;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("operator-http-", 1).factory());

    /** @throws IOException if the address can't be had */
    public OperatorHttp(InetSocketAddress address, Supplier<String> metrics, BooleanSupplier ready) throws IOException {
        this.server = HttpServer.create(address, BACKLOG);
        server.setExecutor(threads);
        server.createContext(
                "/", exchange -> answer(exchange, "/", 404, PLAIN, () -> "try /metrics, /livez or /readyz\n"));
        server.createContext("/metrics", exchange -> answer(exchange, "/metrics", 200, PROMETHEUS, metrics));
        server.createContext("/livez", exchange -> answer(exchange, "/livez", 200, PLAIN, () -> "ok\n"));
        server.createContext("/readyz", exchange -> {
            boolean up = ready.getAsBoolean();
            answer(exchange, "/readyz", up ? 200 : 503, PLAIN, () -> up ? "ok\n" : "not accepting messages\n");
        });
    }

    public void start() {
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void answer(HttpExchange exchange, String path, int status, String type, Supplier<String> body)
            throws IOException {
        try (exchange) {
            boolean known =
                    path.equals("/") || exchange.getRequestURI().getPath().equals(path);
            boolean read = exchange.getRequestMethod().equals("GET")
                    || exchange.getRequestMethod().equals("HEAD");
            byte[] bytes = known && read ? body.get().getBytes(StandardCharsets.UTF_8) : new byte[0];
            exchange.getResponseHeaders().set("Content-Type", type);
            boolean empty = bytes.length == 0 || exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(!read ? 405 : known ? status : 404, empty ? -1 : bytes.length);
            if (!empty) {
                exchange.getResponseBody().write(bytes);
            }
        } catch (RuntimeException e) {
            ServiceLog.unexpected("an HTTP request", e);
        }
    }
}
