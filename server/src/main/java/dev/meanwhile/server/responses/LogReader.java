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
import java.util.Iterator;
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
            if (found.isEmpty()) {
                throw corrupt;
            }
            return found; // what lies before the damage is good; the next read meets it first
        }
        if (found.isEmpty()) {
            throw new IllegalStateException("no entry " + (after + 1) + " in the log of session " + session.key());
        }
        return found;
    }

    private static void collect(Transaction tx, Session session, long after, List<LogEntry> found) {
        Message answered = tx.messages().answeredAfter(session.key(), after);
        Message many = answered == null ? runningMessage(tx, session) : answered;
        Iterator<Message> singles = tx.messages().endedAfter(session.key(), after, MAX_ENTRIES).stream()
                .filter(message -> message.firstSequence() == message.terminalSequence())
                .iterator();
        Message single = nextOf(singles);
        Iterator<LogEntry> entries = List.<LogEntry>of().iterator();
        boolean unread = true;
        for (long next = after + 1; found.size() < MAX_ENTRIES; next++) {
            if (single != null && single.terminalSequence() == next) {
                found.addAll(ofMessage(tx, session, single, next - 1));
                single = nextOf(singles);
                continue;
            }
            if (unread && many != null) {
                entries = ofMessage(tx, session, many, after).iterator();
                unread = false;
            }
            LogEntry entry = entries.hasNext() ? entries.next() : null;
            if (entry == null || entry.sequence() != next) {
                return; // the rest comes with the next read
            }
            found.add(entry);
        }
    }

    private static @Nullable Message nextOf(Iterator<Message> messages) {
        return messages.hasNext() ? messages.next() : null;
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
}
