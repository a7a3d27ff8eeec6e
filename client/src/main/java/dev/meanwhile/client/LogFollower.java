package dev.meanwhile.client;

import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.StreamClosing;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of a session across any cut: keeps its cursor, opens the stream again after a pause, and tells the
 * listener each entry once. Follows on the caller's thread until nothing can come any more; interrupting it ends it.
 */
public final class LogFollower {
    /** So many heartbeats missing in a row are a cut. */
    private static final int SILENT_HEARTBEATS = 3;

    private final Connection connection;
    private final String workspace;
    private final FollowRequest wanted;
    private final LogListener listener;
    private final EntryReader entries;
    private volatile Cursor cursor;
    private boolean everConnected;
    private boolean progressed;

    LogFollower(Connection connection, String workspace, FollowRequest wanted, LogListener listener) {
        this.connection = connection;
        this.workspace = workspace;
        this.wanted = wanted;
        this.listener = listener;
        this.entries = new EntryReader(listener);
        this.cursor = wanted.after();
    }

    String wantedMessageId() {
        return wanted.messageId();
    }

    /** Everything up to here was told to the listener; may be read from any thread. */
    public Cursor position() {
        return cursor;
    }

    /**
     * Follows to the end.
     *
     * @throws RpcError if the server refuses, or if nobody was there, or answered, at the first attempt
     * @throws DigestMismatchException if a completed answer is not what was stored
     */
    public FollowEnd follow() throws InterruptedException {
        Backoff backoff = connection.config().streams();
        int failures = 0;
        while (true) {
            progressed = false;
            RpcError cause;
            try {
                return readStream();
            } catch (BrokenStream e) {
                cause = e.cause;
            }
            boolean nobodyThere = !everConnected && cause.isNoAnswer();
            if (!(cause.isCut() || cause.isOfAnotherLog()) || nobodyThere) {
                throw cause;
            }
            if (cause.isOfAnotherLog()) {
                cursor = new Cursor(cause.metadata().getOrDefault("epoch", ""), 0);
                entries.dropEverything();
            }
            failures = progressed ? 1 : failures + 1;
            if (failures >= backoff.attempts()) {
                throw cause;
            }
            Duration pause = backoff.delay(failures, cause, connection.config().random());
            listener.cut(cause, pause);
            connection.sleep(pause);
        }
    }

    /** One stream, from the cursor to its end in order; any other end is thrown. */
    private FollowEnd readStream() throws InterruptedException, BrokenStream {
        Duration longestSilence = longestSilence();
        everConnected = true;
        try (ServerStream<ResponseChunksRequest, ResponseChunksResponse> stream =
                new ServerStream<>(arrivals -> connection.streams().responseChunks(request(), arrivals))) {
            while (true) {
                ResponseChunksResponse response = next(stream, longestSilence);
                listener.received(response);
                FollowEnd end = read(response);
                if (end != null) {
                    return end;
                }
            }
        }
    }

    /** Asked for at each stream: it may be another server by now. */
    private Duration longestSilence() throws BrokenStream {
        try {
            Duration heartbeat = everConnected ? connection.heartbeatIntervalQuietly() : connection.heartbeatInterval();
            return heartbeat.multipliedBy(SILENT_HEARTBEATS);
        } catch (RpcError e) {
            throw new BrokenStream(e);
        }
    }

    private static ResponseChunksResponse next(ServerStream<?, ResponseChunksResponse> stream, Duration longestSilence)
            throws InterruptedException, BrokenStream {
        try {
            ResponseChunksResponse response = stream.next(longestSilence);
            if (response == null) {
                throw RpcError.cut("the stream ended in the middle");
            }
            return response;
        } catch (RpcError e) {
            throw new BrokenStream(e);
        }
    }

    private @Nullable FollowEnd read(ResponseChunksResponse response) throws BrokenStream {
        switch (response.getEventCase()) {
            case STARTED -> adopt(response.getStarted().getEpoch());
            case ENTRIES -> {
                for (ResponseEntry entry : response.getEntries().getEntriesList()) {
                    if (read(entry)) {
                        return FollowEnd.MESSAGE_ENDED;
                    }
                }
            }
            case HEARTBEAT -> {
                cursor = cursor.at(response.getHeartbeat().getLastSequence());
                progressed = true;
            }
            case CLOSING -> {
                return close(response.getClosing());
            }
            case EVENT_NOT_SET -> {
                // A control of a later server.
            }
        }
        return null;
    }

    /** Whether this was the end of the one message asked for. */
    private boolean read(ResponseEntry entry) {
        if (entry.getSequence() <= cursor.sequence()) {
            return false; // told before
        }
        Cursor through = cursor.at(entry.getSequence());
        boolean terminal = entries.read(entry, through);
        cursor = through;
        progressed = true;
        return terminal && entry.getMessageId().equals(wanted.messageId());
    }

    private FollowEnd close(StreamClosing closing) throws BrokenStream {
        cursor = cursor.at(closing.getResumeAfter());
        return switch (closing.getReason()) {
            case CLOSING_REASON_CAUGHT_UP -> FollowEnd.CAUGHT_UP;
            case CLOSING_REASON_SESSION_DELETED -> FollowEnd.SESSION_DELETED;
            case CLOSING_REASON_DRAINING, CLOSING_REASON_UNSPECIFIED, UNRECOGNIZED ->
                throw new BrokenStream(RpcError.cut("the server is shutting down"));
        };
    }

    private void adopt(String epoch) throws BrokenStream {
        if (!cursor.epoch().isEmpty() && !cursor.epoch().equals(epoch)) {
            throw new BrokenStream(RpcError.epochChanged(epoch));
        }
        cursor = new Cursor(epoch, cursor.sequence());
    }

    private ResponseChunksRequest request() {
        return ResponseChunksRequest.newBuilder()
                .setWorkspace(workspace)
                .setSessionId(wanted.sessionId())
                .setMessageId(wanted.messageId())
                .setAfterSequence(cursor.sequence())
                .setEpoch(cursor.epoch())
                .setFollow(wanted.live())
                .build();
    }

    /** Of a type of its own, so that an RpcError of the listener's own calls is never taken for a cut. */
    private static final class BrokenStream extends Exception {
        private final RpcError cause;

        BrokenStream(RpcError cause) {
            super(cause);
            this.cause = cause;
        }
    }
}
