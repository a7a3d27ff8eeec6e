package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.store.Head;
import dev.meanwhile.server.store.Transaction;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message as callers see it.
 *
 * @param model of the newest attempt; while it waits for one, and if it never had one, the session's
 * @param currentPriority the lane it wants now; after its end the one it was last claimed from, if it ever was
 * @param retryTime between attempts: when the next one is or was due
 */
public record MessageView(
        Message message,
        String sessionId,
        String model,
        Priority currentPriority,
        @Nullable Instant retryTime) {

    static MessageView of(Transaction tx, Session session, Message message) {
        Instant retryTime = null;
        if (message.state() == MessageState.RUNNING && message.attemptTime() == null) {
            Head head = tx.heads().find(session.key()); // the session may be of an earlier moment
            retryTime = head == null ? null : head.dueTime();
        }
        Priority wanted = session.wants(message.submission().override());
        Priority current = message.state().ended() ? Objects.requireNonNullElse(message.lane(), wanted) : wanted;
        String model = message.model().isEmpty() || retryTime != null ? session.model() : message.model();
        return new MessageView(message, session.id(), model, current, retryTime);
    }
}
