package dev.meanwhile.client;

import dev.meanwhile.v1.WatchWorkspaceRequest;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One stream of what happens in a workspace, the whole state first; after a cut open another one. */
public final class WorkspaceWatch implements AutoCloseable {
    private final ServerStream<WatchWorkspaceRequest, WatchWorkspaceResponse> stream;

    WorkspaceWatch(Connection connection, String workspace) {
        WatchWorkspaceRequest request =
                WatchWorkspaceRequest.newBuilder().setWorkspace(workspace).build();
        this.stream = new ServerStream<>(arrivals -> connection.streams().watchWorkspace(request, arrivals));
    }

    /**
     * The next one; null if the server ended the stream.
     *
     * @throws RpcError if it was cut, or nothing came for so long
     */
    public @Nullable WatchWorkspaceResponse next(Duration longestSilence) throws InterruptedException {
        return stream.next(longestSilence);
    }

    @Override
    public void close() {
        stream.close();
    }
}
