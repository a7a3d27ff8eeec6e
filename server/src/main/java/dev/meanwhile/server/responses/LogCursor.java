package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ResponseEntry.Outcome;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.store.Signals.News;
import dev.meanwhile.server.store.Transaction;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A place in a log and the rule where its stream ends. Used by one thread at a time. */
final class LogCursor {
    private final long sessionKey;
    private final @Nullable Long messageKey;
    private final boolean follow;
    private final long limit;
    private long position;

    /**
     * @param messageKey null = all messages
     * @param limit without follow: the newest sequence at the call
     */
    LogCursor(long sessionKey, @Nullable Long messageKey, long after, boolean follow, long limit) {
        this.sessionKey = sessionKey;
        this.messageKey = messageKey;
        this.position = after;
        this.follow = follow;
        this.limit = follow ? Long.MAX_VALUE : limit;
    }

    /** What comes next. */
    sealed interface Step {
        /**
         * Entries; {@code last} if they end with the terminal entry of the one message, {@code rest} if the read saw
         * that only a signal can bring more.
         */
        record Entries(List<LogEntry> entries, boolean last, boolean rest) implements Step {}

        /** Nothing yet: wait for a signal. */
        record Wait() implements Step {}

        /** Nothing more. */
        record End(LogSink.Closing reason) implements Step {}
    }

    /** Everything up to here that matches was given out. */
    long position() {
        return position;
    }

    /** Whether entries of that message can belong to the stream. */
    boolean concerns(long message) {
        return messageKey == null || messageKey == message;
    }

    /** What comes next, without a read: if it is these entries. */
    @Nullable
    Step take(News news) {
        List<LogEntry> entries = news.entries();
        if (!follow || entries.getFirst().sequence() != position + 1) {
            return null;
        }
        position = entries.getLast().sequence();
        boolean last = messageKey != null && entries.getLast().entry() instanceof Outcome;
        return new Step.Entries(entries, last, true);
    }

    Step next(Transaction tx) {
        Session session = tx.sessions().find(sessionKey);
        if (session == null || session.state() == SessionState.DELETED) {
            return new Step.End(LogSink.Closing.SESSION_DELETED);
        }
        Message message =
                messageKey == null ? null : Objects.requireNonNull(tx.messages().find(messageKey));
        List<LogEntry> entries = message == null
                ? LogReader.ofSession(tx, session, position)
                : LogReader.ofMessage(tx, session, message, position);
        List<LogEntry> wanted =
                entries.stream().filter(entry -> entry.sequence() <= limit).toList();
        if (!wanted.isEmpty()) {
            position = wanted.getLast().sequence();
            boolean last = message != null && wanted.getLast().entry() instanceof Outcome;
            boolean rest = follow && position >= session.lastSequence() && !over(session, message);
            return new Step.Entries(wanted, last, rest);
        }
        // The snapshot had nothing more that matches, so all it holds is behind us.
        position = Math.max(position, Math.min(limit, session.lastSequence()));
        return over(session, message) || !follow ? new Step.End(LogSink.Closing.CAUGHT_UP) : new Step.Wait();
    }

    private static boolean over(Session session, @Nullable Message message) {
        return message == null
                ? session.state() == SessionState.CLOSED && session.counts().unended() == 0
                : message.state().ended();
    }
}
