package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.store.CorruptTextException;
import dev.meanwhile.server.store.Head;
import dev.meanwhile.server.store.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a session's log after a cursor. Entries are stored by message; the messages of a session run one after the
 * other, so at most one of them has many entries at any place, and between its entries stand only the single ones of
 * messages that were cancelled in the queue.
 */
public final class LogReader {
    private static final int MAX_ENTRIES = 256;

    /** Segments are read until this is reached, so that a read fills about one stream message. */
    private static final int MAX_BYTES = 8 << 10;

    private LogReader() {}

    /**
     * The next entries of the session beyond the sequence, without gap; empty only at the log's end.
     *
     * @throws Refusal LOG_CORRUPT if the next entry can't be read
     */
    public static List<LogEntry> ofSession(Transaction tx, Session session, long after) {
        if (after >= session.lastSequence()) {
            return List.of();
        }
        List<LogEntry> found = new ArrayList<>();
        try {
            collect(tx, session, after, found);
        } catch (Refusal corrupt) {
            List<LogEntry> before = withoutGap(found, after);
            if (before.isEmpty()) {
                throw corrupt;
            }
            return before; // what lies before the damage is good; the next read meets it first
        }
        return withoutGap(found, after);
    }

    private static void collect(Transaction tx, Session session, long after, List<LogEntry> found) {
        for (Message message : tx.messages().endedAfter(session.key(), after, MAX_ENTRIES)) {
            found.addAll(ofMessage(tx, session, message, after));
            if (message.firstSequence() < message.terminalSequence()) {
                return; // the one with many entries: what follows it comes with the next read
            }
        }
        Message running = runningMessage(tx, session);
        if (running != null) {
            found.addAll(ofMessage(tx, session, running, after));
        }
        if (found.stream().noneMatch(entry -> entry.sequence() == after + 1)) {
            // More were cancelled in the middle of an answer than one look-up brings, and its end lies behind them.
            Message interrupted = tx.messages().firstOfManyEndedAfter(session.key(), after);
            if (interrupted != null) {
                found.addAll(ofMessage(tx, session, interrupted, after));
            }
        }
    }

    /** The next entries of the message beyond the sequence. */
    public static List<LogEntry> ofMessage(Transaction tx, Session session, Message message, long after) {
        try {
            return tx.segments().read(message, after, MAX_ENTRIES, MAX_BYTES);
        } catch (CorruptTextException e) {
            throw Refusal.logCorrupt(session.id(), e.sequence());
        }
    }

    private static @Nullable Message runningMessage(Transaction tx, Session session) {
        Head head = tx.heads().find(session.key());
        Message message = head == null ? null : tx.messages().find(head.message());
        return message == null || message.state() != MessageState.RUNNING ? null : message;
    }

    private static List<LogEntry> withoutGap(List<LogEntry> entries, long after) {
        entries.sort(Comparator.comparingLong(LogEntry::sequence));
        int end = 0;
        while (end < entries.size() && end < MAX_ENTRIES && entries.get(end).sequence() == after + 1 + end) {
            end++;
        }
        return List.copyOf(entries.subList(0, end));
    }
}
