package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.StreamClosing;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One call of ResponseChunks, read message by message; closing it is what a reader that goes away does. */
final class LogStream implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final List<ResponseEntry> ahead = new ArrayList<>();
    private final CompletableFuture<ClientCallStreamObserver<ResponseChunksRequest>> call = new CompletableFuture<>();

    /** A message of the stream, or how it ended. */
    private sealed interface Event {
        record Came(ResponseChunksResponse message) implements Event {}

        record Over(Status status) implements Event {}
    }

    /** What was left: all entries, and the closing, the default instance if the stream ended without one. */
    record Rest(List<ResponseEntry> entries, StreamClosing closing) {}

    private LogStream() {}

    static LogStream open(TestServer server, ResponseChunksRequest request) {
        LogStream stream = new LogStream();
        SessionServiceGrpc.newStub(server.channel()).responseChunks(request, stream.observer());
        return stream;
    }

    /** Follows the session's log from its beginning. */
    static LogStream follow(TestServer server, String session) {
        return open(server, request(session).setFollow(true).build());
    }

    static ResponseChunksRequest.Builder request(String session) {
        return ResponseChunksRequest.newBuilder().setSessionId(session);
    }

    /** What the log holds now. */
    static List<ResponseEntry> log(TestServer server, String session) {
        return open(server, request(session).build()).rest().entries();
    }

    /** All entries of a message, once it has ended. */
    static List<ResponseEntry> whole(TestServer server, String session, String message) {
        return open(
                        server,
                        request(session).setMessageId(message).setFollow(true).build())
                .rest()
                .entries();
    }

    /** The next message of the stream; fails if the stream ends instead. */
    ResponseChunksResponse next() throws InterruptedException {
        return switch (take()) {
            case Event.Came(ResponseChunksResponse message) -> message;
            case Event.Over(Status status) -> throw new AssertionError("the stream ended: " + status);
        };
    }

    /** The next entry, over controls before it. */
    ResponseEntry nextEntry() throws InterruptedException {
        while (ahead.isEmpty()) {
            ahead.addAll(next().getEntries().getEntriesList());
        }
        return ahead.removeFirst();
    }

    /** Entries up to the first of that kind, with it. */
    List<ResponseEntry> until(Predicate<ResponseEntry> last) throws InterruptedException {
        List<ResponseEntry> entries = new ArrayList<>();
        do {
            entries.add(nextEntry());
        } while (!last.test(entries.getLast()));
        return entries;
    }

    /** Everything up to the stream's end, which must be an orderly one. */
    Rest rest() {
        List<ResponseEntry> entries = new ArrayList<>(ahead);
        StreamClosing closing = StreamClosing.getDefaultInstance();
        try {
            while (true) {
                switch (take()) {
                    case Event.Came(ResponseChunksResponse message) -> {
                        assertEquals(StreamClosing.getDefaultInstance(), closing, "nothing follows the closing");
                        entries.addAll(message.getEntries().getEntriesList());
                        closing = message.getClosing();
                    }
                    case Event.Over(Status status) -> {
                        assertEquals(Status.Code.OK, status.getCode(), status::toString);
                        return new Rest(entries, closing);
                    }
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The error the stream ends in. */
    Status failure() throws InterruptedException {
        while (true) {
            if (take() instanceof Event.Over(Status status)) {
                return status;
            }
        }
    }

    @Override
    public void close() {
        call.join().cancel("the reader goes away", null);
    }

    private Event take() throws InterruptedException {
        Event event = events.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (event == null) {
            throw new AssertionError("nothing came on the stream");
        }
        return event;
    }

    private ClientResponseObserver<ResponseChunksRequest, ResponseChunksResponse> observer() {
        return new ClientResponseObserver<>() {
            @Override
            public void beforeStart(ClientCallStreamObserver<ResponseChunksRequest> started) {
                call.complete(started);
            }

            @Override
            public void onNext(ResponseChunksResponse message) {
                events.add(new Event.Came(message));
            }

            @Override
            public void onError(Throwable error) {
                events.add(new Event.Over(Status.fromThrowable(error)));
            }

            @Override
            public void onCompleted() {
                events.add(new Event.Over(Status.OK));
            }
        };
    }
}
