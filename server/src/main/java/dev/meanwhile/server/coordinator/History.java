package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.ResponseEntry.AttemptReset;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.responses.LogReader;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The messages of a session, whole or in pages. */
public final class History {
    private static final int WHOLE_TEXT_BYTES = 256 << 10;
    private static final int WHOLE_ANSWER_BYTES = 1 << 20;
    private static final int LISTED_BYTES = 64 << 10;
    private static final int PAGE_BYTES = 1 << 20;

    /** Ids, names, times and numbers of a message, at most. */
    private static final int BESIDE_TEXT_BYTES = 512;

    private final Storage storage;

    public History(Storage storage) {
        this.storage = storage;
    }

    /** A page; {@code next} is the key to go on from, 0 = this is the last. */
    public record Page(List<Turn> turns, long next) {}

    /** One message with its whole text and at most 1 MiB of its answer. */
    public Turn get(String workspace, String messageId) {
        return storage.read(tx -> {
            Lookup.Found found = Lookup.message(tx, workspace, messageId);
            return turn(tx, found.session(), found.message(), WHOLE_TEXT_BYTES, WHOLE_ANSWER_BYTES);
        });
    }

    /** Messages before (newest first) or after (oldest first) that key; 0 = from the end or the beginning. */
    public Page list(String workspace, String sessionId, long from, boolean oldestFirst, int size) {
        return storage.read(tx -> {
            Session session = Lookup.session(tx, workspace, sessionId);
            List<Message> messages = oldestFirst
                    ? tx.messages().after(session.key(), from, size + 1)
                    : tx.messages().before(session.key(), from == 0 ? Long.MAX_VALUE : from, size + 1);
            List<Turn> turns = new ArrayList<>();
            long bytes = 0;
            for (Message message : messages) {
                boolean full = turns.size() == size || bytes > PAGE_BYTES;
                if (full) {
                    return new Page(turns, messages.get(turns.size() - 1).key());
                }
                Turn turn = turn(tx, session, message, LISTED_BYTES, LISTED_BYTES);
                turns.add(turn);
                bytes += Utf8.length(turn.text()) + Utf8.length(turn.answer()) + BESIDE_TEXT_BYTES;
                if (message.outcome() instanceof Failed failed) {
                    bytes += Utf8.length(failed.message());
                }
            }
            return new Page(turns, 0);
        });
    }

    private static Turn turn(Transaction tx, Session session, Message message, int textBytes, int answerBytes) {
        long read = Math.max(0, message.firstSequence() - 1);
        try {
            // A long abandoned attempt must not use up the room of the newest one.
            boolean abandoned = message.attempts() > 1 || message.attemptTime() == null;
            read = abandoned ? lastReset(tx, session, message, read) : read;
            TurnFold fold = new TurnFold(tx, session, message, textBytes, read);
            List<LogEntry> entries = LogReader.ofMessage(tx, session, message, read);
            while (!entries.isEmpty()) {
                for (LogEntry entry : entries) {
                    if (fold.answerBytes() + TurnFold.bytesOf(entry) > answerBytes) {
                        fold.truncated();
                        return fold.turn();
                    }
                    fold.add(entry);
                }
                read = entries.getLast().sequence();
                entries = LogReader.ofMessage(tx, session, message, read);
            }
            return fold.turn();
        } catch (Refusal corrupt) {
            TurnFold fold = new TurnFold(tx, session, message, textBytes, read);
            fold.unreadable(
                    Long.parseLong(Objects.requireNonNull(corrupt.metadata().get("sequence"))));
            return fold.turn();
        }
    }

    private static long lastReset(Transaction tx, Session session, Message message, long from) {
        long last = from;
        List<LogEntry> entries = LogReader.ofMessage(tx, session, message, from);
        while (!entries.isEmpty()) {
            for (LogEntry entry : entries) {
                last = entry.entry() instanceof AttemptReset ? entry.sequence() : last;
            }
            entries =
                    LogReader.ofMessage(tx, session, message, entries.getLast().sequence());
        }
        return last;
    }
}
