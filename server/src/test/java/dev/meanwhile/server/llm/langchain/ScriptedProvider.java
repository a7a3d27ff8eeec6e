package dev.meanwhile.server.llm.langchain;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** A provider on a loopback port that answers as its script says, with real HTTP and server-sent events. */
final class ScriptedProvider implements AutoCloseable {
    static final String KEY = "sk-test-3c4f5a6b";

    final CompletableFuture<String> requestBody = new CompletableFuture<>();
    final CompletableFuture<String> authorization = new CompletableFuture<>();
    private final HttpServer server;

    interface Script {
        void answer(HttpExchange exchange) throws Exception;
    }

    ScriptedProvider(Script script) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", exchange -> {
            requestBody.complete(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            authorization.complete(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            try (exchange) {
                script.answer(exchange);
            } catch (Exception e) {
                // The client went away: some scripts wait for just that.
            }
        });
        server.start();
    }

    ProviderModel model() {
        return model(Duration.ofMinutes(1));
    }

    ProviderModel model(EndpointConfig.Timeouts timeouts) {
        return model(server.getAddress().getPort(), timeouts);
    }

    ProviderModel model(Duration totalTimeout) {
        return model(server.getAddress().getPort(), totalTimeout);
    }

    static ProviderModel model(int port, Duration totalTimeout) {
        Duration minute = Duration.ofMinutes(1);
        return model(port, new EndpointConfig.Timeouts(Duration.ofSeconds(5), minute, minute, totalTimeout));
    }

    private static ProviderModel model(int port, EndpointConfig.Timeouts timeouts) {
        return ProviderModel.openAi(new EndpointConfig(
                "tiny",
                URI.create("http://127.0.0.1:" + port + "/v1"),
                ApiKey.fromEnvironment("KEY", name -> KEY),
                "tiny-1",
                77,
                0.5,
                timeouts));
    }

    /** Events, each flushed, and the orderly end of the stream. */
    static Script events(String... data) {
        return exchange -> {
            begin(exchange);
            for (String event : data) {
                send(exchange, event);
            }
            exchange.getResponseBody().close();
        };
    }

    static Script status(int status, String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    static void begin(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush();
    }

    static void send(HttpExchange exchange, String data) throws IOException {
        exchange.getResponseBody().write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }

    static String text(String content) {
        return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + content + "\"}}]}";
    }

    static String reasoning(String content) {
        return "{\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"" + content + "\"}}]}";
    }

    static String finish(String reason) {
        return "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
