package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Refusal;
import java.util.List;

/** Where a follower's output goes; called by one thread at a time, never while it is not ready. */
public interface LogSink {

    /** Why a stream ends in order. */
    enum Closing {
        CAUGHT_UP,
        SESSION_DELETED,
        DRAINING
    }

    /** Whether it takes more now; when it does again, it calls {@link LogFollower#wake}. */
    boolean ready();

    void started(String epoch, long lastCommitted);

    void entries(List<LogEntry> entries);

    void heartbeat(long lastSequence);

    /** The end, in order. */
    void closing(Closing reason, long resumeAfter);

    /** The end, right after the terminal entry of the one message that was asked for. */
    void ended();

    /** The end, by an error. */
    void failed(Refusal refusal);
}
