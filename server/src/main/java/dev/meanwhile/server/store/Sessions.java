package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionState;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sessions. Deleted ones are found only by their key. */
public interface Sessions {

    /** Inserts an open session and returns its key. */
    long insert(Session session, @Nullable String requestId, byte[] payloadHash);

    @Nullable
    Session find(long workspace, String id);

    @Nullable
    Session find(long key);

    /** The open session of that name. */
    @Nullable
    Session findByName(long workspace, String name);

    @Nullable
    RequestMatch findRequest(long workspace, String requestId);

    /** By ascending number. */
    List<Session> list(long workspace, @Nullable SessionState state, int afterNumber, int limit);

    /** How many open ones of all workspaces each model has; reads all sessions. */
    Map<String, Integer> openByModel();

    /** Writes all that can change; the active pointer is the workspace's, the retry time its head's. */
    void save(Session session);

    /**
     * The instruction of a session that has one.
     *
     * @throws CorruptTextException if it fails its checksum
     */
    String instruction(long key);

    void setInstruction(long key, @Nullable String text);

    /** Keys of deleted sessions that wait for their purge. */
    List<Long> deleted(int limit);

    /** Removes the row of a deleted session that nothing belongs to any more. */
    void remove(long key);
}
