package dev.meanwhile.server;

import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.StreamClosing;
import io.grpc.Context;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A reader of one response log: waits for entries and for the stream's end, never for longer than 30 s. */
final class Tail implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private final Context.CancellableContext context = Context.current().withCancellation();
    private final Iterator<ResponseChunksResponse> stream;
    private final Deque<ResponseEntry> unread = new ArrayDeque<>();
    private StreamClosing closing = StreamClosing.getDefaultInstance();

    private Tail(TestServer server, ResponseChunksRequest request) {
        Context before = context.attach();
        try {
            this.stream = server.users()
                    .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .responseChunks(request);
        } finally {
            context.detach(before);
        }
    }

    static Tail open(TestServer server, ResponseChunksRequest request) {
        return new Tail(server, request);
    }

    /** Follows the session from that sequence on. */
    static Tail follow(TestServer server, String session, long after) {
        return open(
                server,
                ResponseChunksRequest.newBuilder()
                        .setSessionId(session)
                        .setAfterSequence(after)
                        .setFollow(true)
                        .build());
    }

    /** All that is committed beyond the sequence. */
    static List<ResponseEntry> read(TestServer server, String session, long after) {
        try (Tail tail = open(
                server,
                ResponseChunksRequest.newBuilder()
                        .setSessionId(session)
                        .setAfterSequence(after)
                        .build())) {
            return tail.rest();
        }
    }

    /** The next entry; waits for it. */
    ResponseEntry next() {
        while (unread.isEmpty()) {
            if (!stream.hasNext()) {
                throw new AssertionError("the stream ended with " + closing);
            }
            take(stream.next());
        }
        return unread.removeFirst();
    }

    /** Reads on until the terminal entry of the message. */
    ResponseEntry terminal(String messageId) {
        ResponseEntry entry;
        do {
            entry = next();
        } while (!entry.getMessageId().equals(messageId) || !terminal(entry));
        return entry;
    }

    /** Reads on until so many text entries have come; the last of them. */
    ResponseEntry text(int count) {
        ResponseEntry entry = ResponseEntry.getDefaultInstance();
        for (int seen = 0; seen < count; ) {
            entry = next();
            seen += entry.hasText() ? 1 : 0;
        }
        return entry;
    }

    /** Everything up to the stream's end. */
    List<ResponseEntry> rest() {
        stream.forEachRemaining(this::take);
        List<ResponseEntry> rest = new ArrayList<>(unread);
        unread.clear();
        return rest;
    }

    /** How the stream ended; the default instance if it has not, or ended otherwise. */
    StreamClosing closing() {
        return closing;
    }

    static boolean terminal(ResponseEntry entry) {
        return entry.hasCompleted() || entry.hasFailed() || entry.hasCancelled();
    }

    /** The text of one message in these entries, what an attempt_reset drops left out. */
    static String textOf(String messageId, List<ResponseEntry> entries) {
        StringBuilder text = new StringBuilder();
        for (ResponseEntry entry : entries) {
            if (entry.getMessageId().equals(messageId)) {
                if (entry.hasAttemptReset()) {
                    text.setLength(0);
                }
                text.append(entry.getText().getText());
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        context.cancel(null);
    }

    private void take(ResponseChunksResponse response) {
        unread.addAll(response.getEntries().getEntriesList());
        if (response.hasClosing()) {
            closing = response.getClosing();
        }
    }
}
