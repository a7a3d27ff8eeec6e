package dev.meanwhile.server.llm.langchain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ConnectionsTest {
    /** Planted: a client that is taken outside of the lock; a call that it got too late then looks like an outage. */
    @Test
    void noCallFailsWhileOthersSpoilTheirConnections() throws Exception {
        Connections connections = new Connections(Duration.ofSeconds(10));
        try (var provider = new RawProvider(answer -> answer.status(200, "", "fine"), false)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + provider.port()))
                    .build();
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> spoiler = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    var exchange = connections.send(request, BodyHandlers.discarding());
                    connections.spoiled(exchange);
                    exchange.response().join();
                }
            });
            for (int round = 0; round < 100; round++) {
                List<CompletableFuture<HttpResponse<String>>> calls = Stream.generate(() -> connections
                                .send(request, BodyHandlers.ofString())
                                .response())
                        .limit(10)
                        .toList();
                for (var call : calls) {
                    assertEquals("fine", call.join().body());
                }
            }
            over.set(true);
            spoiler.join();
        }
    }
}
