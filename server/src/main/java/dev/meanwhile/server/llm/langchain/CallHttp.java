package dev.meanwhile.server.llm.langchain;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP side of one call: reads the whole answer on the thread that calls {@link #execute}, and can be closed from
 * any thread at any moment.
 *
 * <p>LangChain4j's own client reads on the common pool, whatever executor it is given; on two cores that is one
 * thread, and one answer held by its listener then stops all others. It also gives no handle before the first event.
 */
final class CallHttp implements HttpClient {
    private final java.net.http.HttpClient http;
    private final OpenAiConfig.Timeouts timeouts;
    private final SilenceWatch silence = new SilenceWatch(this::close);
    private volatile boolean closed;
    private volatile boolean sent;
    private volatile boolean answered;
    private volatile @Nullable CompletableFuture<HttpResponse<InputStream>> exchange;
    private volatile @Nullable InputStream body;

    CallHttp(java.net.http.HttpClient http, OpenAiConfig.Timeouts timeouts) {
        this.http = http;
        this.timeouts = timeouts;
    }

    /** Whether the request was on its way; what fails before is our own fault. */
    boolean sent() {
        return sent;
    }

    /** Whether a byte of a successful answer has come. */
    boolean answered() {
        return answered;
    }

    /** Whether it was closed because the provider said nothing for too long. */
    boolean silent() {
        return silence.ranOut();
    }

    /** Ends the exchange; whoever reads it gets an end or an error. */
    void close() {
        closed = true;
        CompletableFuture<?> running = exchange;
        if (running != null) {
            running.cancel(true);
        }
        closeQuietly(body);
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        silence.start(timeouts.shortestSilence());
        try {
            silence.listen(timeouts.firstByte());
            HttpResponse<InputStream> response = send(request);
            silence.heard();
            try (InputStream in = new FirstByte(response.body())) {
                if (response.statusCode() / 100 != 2) {
                    silence.listen(timeouts.firstByte());
                    listener.onError(ProviderRefusal.read(response));
                    return;
                }
                listener.onOpen(SuccessfulHttpResponse.builder()
                        .statusCode(response.statusCode())
                        .headers(response.headers().map())
                        .build());
                parser.parse(in, listener);
            }
            listener.onClose();
        } catch (IOException e) {
            listener.onError(e);
        } finally {
            silence.end();
        }
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        throw new UnsupportedOperationException("every answer is streamed");
    }

    CallHttpBuilder asBuilder() {
        return new CallHttpBuilder(this);
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        var builder = java.net.http.HttpRequest.newBuilder(URI.create(request.url()))
                .method(request.method().name(), BodyPublishers.ofString(request.body()));
        request.headers().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        java.net.http.HttpRequest outgoing = builder.build();
        sent = true;
        var running = http.sendAsync(outgoing, head -> {
            var subscriber = BodySubscribers.ofInputStream();
            // Kept from here on: a cancel between this and the future's completion must find it.
            body = subscriber.getBody().toCompletableFuture().join();
            if (closed) {
                closeQuietly(body);
            }
            return subscriber;
        });
        exchange = running;
        if (closed) {
            close();
        }
        try {
            return running.join();
        } catch (CancellationException e) {
            throw new IOException("closed", e);
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    private static void closeQuietly(@Nullable InputStream in) {
        try {
            if (in != null) {
                in.close();
            }
        } catch (IOException e) {
            // It is closed either way.
        }
    }

    /** Notes that something came, and how long it did not. */
    private final class FirstByte extends FilterInputStream {
        FirstByte(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            listen();
            int read = super.read();
            silence.heard();
            answered |= read >= 0;
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            listen();
            int read = super.read(into, from, length);
            silence.heard();
            answered |= read > 0;
            return read;
        }

        private void listen() {
            silence.listen(answered ? timeouts.idle() : timeouts.firstByte());
        }
    }
}
