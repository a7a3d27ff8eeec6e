package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.CancelCause;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.ResponseEntry.Cancelled;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.queue.MessageQueue;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ends messages by a user's decision: commits the end itself, and the signal only stops the provider's call. */
public final class Cancellation {
    /** Each message writes about seven rows, and no command writes more than 1,000. */
    private static final int PER_COMMAND = 100;

    private final Storage storage;
    private final MessageQueue queue;

    public Cancellation(Storage storage, MessageQueue queue) {
        this.storage = storage;
        this.queue = queue;
    }

    /** Ends one message; an ended one stays as it is. */
    public MessageView cancel(String workspace, String messageId) {
        return storage.inTransaction(Caller.USER, tx -> {
            Lookup.Found found = Lookup.message(tx, workspace, messageId);
            if (found.message().state().ended()) {
                return MessageView.of(tx, found.session(), found.message());
            }
            Session after = cancel(tx, found.session(), found.message(), CancelCause.REQUESTED, null);
            tx.sessions().save(after);
            Message ended =
                    Objects.requireNonNull(tx.messages().find(found.message().key()));
            return MessageView.of(tx, after, ended);
        });
    }

    /** Cancels what is QUEUED in the session now, newest first. */
    public int cancelQueued(String workspace, String sessionId) {
        long session =
                storage.read(tx -> Lookup.session(tx, workspace, sessionId).key());
        return cancelQueued(session, CancelCause.REQUESTED);
    }

    /** Cancels what is queued and then what runs. */
    int cancelAll(long session, CancelCause cause) {
        int cancelled = cancelQueued(session, cause);
        return cancelled
                + storage.inTransaction(Caller.USER, tx -> {
                    Session found = open(tx, session);
                    Message running = found == null ? null : tx.messages().oldestUnended(session);
                    if (found == null || running == null) {
                        return 0;
                    }
                    tx.sessions().save(cancel(tx, found, running, cause, null));
                    return 1;
                });
    }

    /** Cancels one unended message; the caller saves the session. */
    Session cancel(
            Transaction tx, Session session, Message message, CancelCause cause, @Nullable String interruptingId) {
        boolean wasRunning = message.state() == MessageState.RUNNING;
        tx.afterCommit(() -> ServiceLog.cancelled(session.id(), message.id(), cause, wasRunning));
        return queue.end(tx, session, message, List.of(), new Cancelled(cause, interruptingId));
    }

    private int cancelQueued(long session, CancelCause cause) {
        long newest = Long.MAX_VALUE;
        int cancelled = 0;
        while (true) {
            long upTo = newest;
            List<Message> done = storage.inTransaction(Caller.USER, tx -> {
                Session found = open(tx, session);
                if (found == null) {
                    return List.of();
                }
                List<Message> queued = tx.messages().queuedNewestFirst(session, upTo, PER_COMMAND);
                for (Message message : queued) {
                    found = cancel(tx, found, message, cause, null);
                }
                tx.sessions().save(found);
                return queued;
            });
            if (done.isEmpty()) {
                return cancelled;
            }
            cancelled += done.size();
            newest = done.getLast().key(); // what is submitted meanwhile was not meant
        }
    }

    private static @Nullable Session open(Transaction tx, long key) {
        Session session = tx.sessions().find(key);
        return session == null || session.state() == SessionState.DELETED ? null : session;
    }
}
