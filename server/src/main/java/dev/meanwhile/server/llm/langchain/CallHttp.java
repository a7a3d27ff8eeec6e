package dev.meanwhile.server.llm.langchain;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.DefaultServerSentEventParsingHandle;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventContext;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
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
    /** Behind the last event only the end of the stream is waited for, so that its connection serves the next call. */
    private static final Duration AFTER_LAST = Duration.ofSeconds(1);

    /** Behind a finish reason only the usage is waited for, which some providers send late and some never. */
    private static final Duration AFTER_FINISH = Duration.ofSeconds(5);

    private static final int EXCERPT_BYTES = 16 << 10;

    private final Connections connections;
    private final EndpointConfig.Timeouts timeouts;
    private final SilenceWatch silence = new SilenceWatch(this::close);
    private volatile boolean closed;
    private volatile boolean sent;
    private volatile boolean answered;
    private volatile boolean finished;
    private volatile boolean over;
    private volatile String url = "";
    private volatile @Nullable CompletableFuture<HttpResponse<InputStream>> exchange;
    private volatile @Nullable InputStream body;

    CallHttp(Connections connections, EndpointConfig.Timeouts timeouts) {
        this.connections = connections;
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

    /** Whether it was closed because the provider said nothing for too long, and more was to come. */
    boolean silent() {
        return silence.ranOut() && !finished && !over;
    }

    /** What was called. */
    String url() {
        return url;
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

    /** Reads the events itself, see {@link EventStream}; the SDK's parser is not asked. */
    @Override
    public void execute(HttpRequest request, ServerSentEventParser ignored, ServerSentEventListener listener) {
        url = request.url();
        silence.start(shorter(AFTER_LAST, shorter(timeouts.firstByte(), timeouts.idle())));
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
                refuseDocument(response, in);
                listener.onOpen(SuccessfulHttpResponse.builder()
                        .statusCode(response.statusCode())
                        .headers(response.headers().map())
                        .build());
                read(in, listener);
            }
            listener.onClose();
        } catch (IOException e) {
            listener.onError(e);
        } finally {
            silence.end();
        }
    }

    private void read(InputStream in, ServerSentEventListener listener) throws IOException {
        EventStream events = new EventStream(in);
        ServerSentEventContext context = new ServerSentEventContext(new DefaultServerSentEventParsingHandle(in));
        try {
            for (ServerSentEvent event = events.next(); event != null && !closed; event = events.next()) {
                over = EventStream.isLast(event);
                finished |= EventStream.hasFinishReason(event);
                listener.onEvent(event, context);
                if (over) {
                    awaitEnd(in);
                    return;
                }
            }
        } catch (IOException e) {
            if (!finished || !silence.ranOut()) {
                throw e;
            }
        }
    }

    private static void awaitEnd(InputStream in) {
        try {
            var unused = in.read();
        } catch (IOException e) {
            // All was said before.
        }
    }

    /** Some providers answer an error with 200, and what is no provider answers with a page. */
    private static void refuseDocument(HttpResponse<?> response, InputStream in) throws IOException {
        String type = response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/html")) {
            throw new InvalidAnswerException("a web page");
        }
        if (type.startsWith("application/json")) {
            ProviderError error = ProviderError.in(new String(in.readNBytes(EXCERPT_BYTES), StandardCharsets.UTF_8));
            if (error != null) {
                throw new ErrorEventException(error);
            }
            throw new InvalidAnswerException("one JSON document and not a stream of events");
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
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
        var running = connections.send(outgoing, head -> {
            var subscriber = BodySubscribers.ofInputStream();
            // Kept from here on: a cancel between this and the future's completion must find it.
            body = subscriber.getBody().toCompletableFuture().join();
            if (closed) {
                closeQuietly(body);
            }
            return subscriber;
        });
        exchange = running.response();
        if (closed) {
            close();
        }
        try {
            return running.response().join();
        } catch (CancellationException e) {
            throw new IOException("closed", e);
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            // The JDK's client lets a header's own number fail as it is.
            if (cause instanceof ProtocolException || cause instanceof RuntimeException) {
                connections.spoiled(running);
                throw (IOException) new ProtocolException("no HTTP").initCause(cause);
            }
            throw cause instanceof IOException io ? io : new IOException(cause);
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
            Duration more = finished ? shorter(AFTER_FINISH, timeouts.idle()) : timeouts.idle();
            silence.listen(over ? AFTER_LAST : answered ? more : timeouts.firstByte());
        }
    }
}
