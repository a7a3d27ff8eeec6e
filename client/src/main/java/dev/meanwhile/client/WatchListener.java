package dev.meanwhile.client;

import dev.meanwhile.v1.WatchWorkspaceResponse;
import java.time.Duration;

/**
 * Hears of a workspace, on the thread that follows. What a listener throws ends the following; an RpcError would be taken
 * for a cut, so it keeps those of its own calls to itself.
 */
public interface WatchListener {
    /** A stream begins: the whole state follows. */
    void opened();

    /** What came, in its order. */
    void received(WatchWorkspaceResponse response);

    /** The stream was cut; another is opened after the pause. */
    void cut(RpcError cause, Duration pause);
}
