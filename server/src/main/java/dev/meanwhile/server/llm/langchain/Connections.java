package dev.meanwhile.server.llm.langchain;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** The connections to one provider, shared by its calls and taken anew when one of them can't be closed any more. */
final class Connections {
    private final Duration connectTimeout;
    private HttpClient client;

    Connections(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
        this.client = client(connectTimeout);
    }

    /** A request on its way. */
    record Exchange<T>(HttpClient client, CompletableFuture<HttpResponse<T>> response) {}

    // One at a time with spoiled(): a request given to a client before its shutdown still runs to its end.
    synchronized <T> Exchange<T> send(HttpRequest request, BodyHandler<T> body) {
        return new Exchange<>(client, client.sendAsync(request, body));
    }

    /**
     * The JDK's client forgets, without closing it, a connection on which no HTTP was spoken; it is closed only with
     * the client, once the other calls on it have ended.
     */
    synchronized void spoiled(Exchange<?> exchange) {
        if (client == exchange.client()) {
            client = client(connectTimeout);
            exchange.client().shutdown();
        }
    }

    private static HttpClient client(Duration connectTimeout) {
        // HTTP/1.1: calls that share an HTTP/2 connection share its window, so one held answer would hold them all;
        // and some local servers answer the upgrade offered with every plaintext request with an error.
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }
}
