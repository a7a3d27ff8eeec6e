package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.Notification;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a watcher's output goes; called by one thread at a time, never while it is not ready. */
public interface WatchSink {

    /** What changed since the last call; {@code activeSessionId} is the active session now. */
    record Changes(
            List<Session> sessions,
            List<String> deletedSessionIds,
            List<Notification> notifications,
            List<Long> removedNotifications,
            @Nullable String activeSessionId) {}

    /** Whether it takes more now; when it does again, it calls {@link WorkspaceWatcher#wake}. */
    boolean ready();

    void changes(Changes changes);

    void caughtUp();

    void heartbeat();

    /** The end, since the server is shutting down. */
    void draining();

    /** The end, by an error. */
    void failed(Refusal refusal);
}
