package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Notification;
import dev.meanwhile.server.domain.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notifications not acknowledged yet; those of deleted sessions are not found. */
public interface Notifications {
    void insert(Session session, long number, Message message, long terminalSequence);

    /** Of the workspace or of one of its sessions, with a lower number, newest first. */
    List<Notification> before(long workspace, @Nullable Long session, long number, int limit);

    /** Of the workspace, with a higher number, oldest first. */
    List<Notification> after(long workspace, long number, int limit);

    @Nullable
    Notification find(long workspace, long number);

    void remove(long workspace, long number);
}
