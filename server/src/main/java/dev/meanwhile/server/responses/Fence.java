package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.store.Transaction;
import org.jspecify.annotations.Nullable;

/** Lets a lease write only while its attempt is the newest of a running message of a session that exists. */
public final class Fence {
    private Fence() {}

    /** What a lease that passed may write to. */
    public record Passed(Session session, Message message) {}

    /** Null if the lease may not write any more: a value, since an exception would undo the neighbours in the commit. */
    public static @Nullable Passed tryPass(Transaction tx, Lease lease) {
        Message message = tx.messages().find(lease.messageKey());
        if (message == null
                || message.state() != MessageState.RUNNING
                || message.attempts() != lease.attempt()
                || message.attemptTime() == null) {
            return null;
        }
        Session session = tx.sessions().find(lease.sessionKey());
        if (session == null || session.state() == SessionState.DELETED) {
            return null;
        }
        return new Passed(session, message);
    }
}
