package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.Workspace;
import org.jspecify.annotations.Nullable;

/** Workspaces, their active session and their counters. */
public interface Workspaces {
    @Nullable
    Workspace find(String name);

    Workspace create(String name);

    /** @param workspace as it was before */
    void setActive(Workspace workspace, @Nullable Long session);

    /** The next number for a session: 1, 2, 3 and so on, never used again. */
    int takeSessionNumber(long workspace);

    /** The next number for a notification: 1, 2, 3 and so on, never used again. */
    long takeNotificationNumber(long workspace);
}
