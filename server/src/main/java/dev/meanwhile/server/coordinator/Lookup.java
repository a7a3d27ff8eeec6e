package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.Workspace;
import dev.meanwhile.server.store.Transaction;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds what a caller names within the caller's workspace; what lies elsewhere is as if it did not exist (P13). */
final class Lookup {
    private Lookup() {}

    static Session session(Transaction tx, String workspace, String id) {
        return session(tx, workspace, tx.workspaces().find(workspace), id);
    }

    /** @param found what has that name, null = nothing */
    static Session session(Transaction tx, String workspace, @Nullable Workspace found, String id) {
        Session session = found == null ? null : tx.sessions().find(found.key(), id);
        if (session == null) {
            throw Refusal.sessionNotFound(workspace, id);
        }
        return session;
    }

    /** A message and its session. */
    record Found(Session session, Message message) {}

    static Found message(Transaction tx, String workspace, String id) {
        Workspace found = tx.workspaces().find(workspace);
        Message message = found == null ? null : tx.messages().find(found.key(), id);
        if (message == null) {
            throw Refusal.messageNotFound(workspace, id);
        }
        return new Found(Objects.requireNonNull(tx.sessions().find(message.sessionKey())), message);
    }
}
