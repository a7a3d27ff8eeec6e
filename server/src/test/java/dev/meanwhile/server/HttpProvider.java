package dev.meanwhile.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** An OpenAI-compatible provider over real HTTP that answers at once, or is out with 503, as the test says. */
final class HttpProvider implements AutoCloseable {
    private static final String ANSWER = """
            data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"yes"}}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: [DONE]

            """;
    private final HttpServer http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile Predicate<String> out = request -> false;

    HttpProvider() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        http.setExecutor(threads);
        http.createContext("/v1/chat/completions", this::answer);
        http.start();
    }

    /** The flags of a server that has this as its one model {@code m}. */
    String[] flags(String... more) {
        String[] own = {
            "--model.m.adapter=openai",
            "--model.m.url=http://127.0.0.1:" + http.getAddress().getPort() + "/v1"
        };
        String[] all = new String[own.length + more.length];
        System.arraycopy(own, 0, all, 0, own.length);
        System.arraycopy(more, 0, all, own.length, more.length);
        return all;
    }

    /** Refuses with 503 the requests of which that is true. */
    void outFor(Predicate<String> requests) {
        out = requests;
    }

    int refused() {
        return refused.get();
    }

    int answered() {
        return answered.get();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (out.test(request)) {
                refused.incrementAndGet();
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            answered.incrementAndGet();
            byte[] body = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
