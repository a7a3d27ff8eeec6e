package dev.meanwhile.client;

import dev.meanwhile.v1.WatchWorkspaceResponse;
import java.time.Duration;
import java.util.function.Supplier;

/** Watches a workspace across any cut: after a pause it opens another stream, which begins with the whole state. */
public final class WorkspaceFollower {
    /** So many heartbeats missing in a row are a cut. */
    private static final int SILENT_HEARTBEATS = 3;

    private final Connection connection;
    private final Supplier<WorkspaceWatch> streams;
    private final WatchListener listener;
    private boolean everConnected;
    private boolean progressed;

    WorkspaceFollower(Connection connection, Supplier<WorkspaceWatch> streams, WatchListener listener) {
        this.connection = connection;
        this.streams = streams;
        this.listener = listener;
    }

    /**
     * Follows until it is interrupted.
     *
     * @throws RpcError if the server refuses, or if nobody was there, or answered, at the first attempt
     */
    public void follow() throws InterruptedException {
        int failures = 0;
        while (true) {
            progressed = false;
            RpcError cause = readStream();
            boolean nobodyThere = !everConnected && cause.isNoAnswer();
            if (!cause.isCut() || nobodyThere) {
                throw cause;
            }
            failures = progressed ? 1 : failures + 1;
            Duration pause = connection
                    .config()
                    .streams()
                    .delay(failures, cause, connection.config().random());
            listener.cut(cause, pause);
            connection.sleep(pause);
        }
    }

    /** One stream; what ended it. */
    private RpcError readStream() throws InterruptedException {
        try {
            Duration heartbeat = everConnected ? connection.heartbeatIntervalQuietly() : connection.heartbeatInterval();
            Duration longestSilence = heartbeat.multipliedBy(SILENT_HEARTBEATS);
            everConnected = true;
            try (WorkspaceWatch stream = streams.get()) {
                listener.opened();
                while (true) {
                    WatchWorkspaceResponse response = stream.next(longestSilence);
                    if (response == null) {
                        return RpcError.cut("the stream ended in the middle");
                    }
                    progressed = true;
                    listener.received(response);
                    if (response.hasClosing()) {
                        return RpcError.cut("the server is shutting down");
                    }
                }
            }
        } catch (RpcError e) {
            return e;
        }
    }
}
