package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.store.Transaction;
import java.util.List;

/** Writes entries at the end of a session's log; the only place that gives out sequences. */
public final class LogWriter {
    private LogWriter() {}

    /** The session and the message after the entries were written; the caller saves both. */
    public record Written(Session session, Message message) {}

    public static Written write(Transaction tx, Session session, Message message, List<ResponseEntry> entries) {
        if (entries.isEmpty()) {
            return new Written(session, message);
        }
        long first = session.lastSequence() + 1;
        tx.segments().append(message, first, entries);
        return new Written(session.withLastSequence(session.lastSequence() + entries.size()), message.written(first));
    }
}
