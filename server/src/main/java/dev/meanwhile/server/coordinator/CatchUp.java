package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.ResponseEntry.AttemptReset;
import dev.meanwhile.server.domain.ResponseEntry.Text;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.Workspace;
import dev.meanwhile.server.responses.LogReader;
import dev.meanwhile.server.store.Transaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a reader missed: the log between two sequences, folded into turns. The log below the upper one is immutable, so
 * this is read after the switch that fixed it.
 */
final class CatchUp {
    private static final int MAX_TURNS = 100;
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_TEXT_BYTES = 64 << 10;

    private final Transaction tx;
    private final Session session;
    private final long from;
    private final long through;
    private final Map<String, TurnFold> folds = new LinkedHashMap<>();
    private long position;

    private CatchUp(Transaction tx, Session session, long from, long through) {
        this.tx = tx;
        this.session = session;
        this.from = from;
        this.through = through;
        this.position = from;
    }

    /**
     * The turns, oldest first.
     *
     * @param resumeAfter nothing beyond this sequence is in the turns
     * @param truncated whether the log went on, up to where it was to be read
     */
    record Folded(List<Turn> turns, long resumeAfter, boolean truncated) {}

    static Folded fold(Transaction tx, Session session, long from, long through) {
        CatchUp catchUp = new CatchUp(tx, session, from, through);
        boolean room = true;
        while (room && catchUp.position < through) {
            room = catchUp.readOn();
        }
        boolean truncated = catchUp.position < through;
        catchUp.markCut();
        return new Folded(catchUp.folds.values().stream().map(TurnFold::turn).toList(), catchUp.position, truncated);
    }

    /** Folds the next entries; false = the answer is full. */
    private boolean readOn() {
        List<LogEntry> entries;
        try {
            entries = LogReader.ofSession(tx, session, position);
        } catch (Refusal corrupt) {
            return skipDamage(
                    Long.parseLong(Objects.requireNonNull(corrupt.metadata().get("sequence"))));
        }
        for (LogEntry entry : entries) {
            if (entry.sequence() > through) {
                return true;
            }
            TurnFold fold = foldOf(entry.messageId());
            if (fold == null || bytes() + TurnFold.bytesOf(entry) > MAX_BYTES) {
                return false;
            }
            fold.add(entry);
            position = entry.sequence();
        }
        return true;
    }

    /** An answer is cut whose text goes on beyond the last sequence folded, unless it goes on while it runs. */
    private void markCut() {
        for (TurnFold fold : folds.values()) {
            Message message = fold.message();
            long last = message.terminalSequence() == 0 ? through : message.terminalSequence();
            if (last > position && hasText(message, last)) {
                fold.truncated();
            }
        }
    }

    private boolean hasText(Message message, long last) {
        long read = position;
        while (read < last) {
            List<LogEntry> entries;
            try {
                entries = LogReader.ofMessage(tx, session, message, read);
            } catch (Refusal corrupt) {
                return true;
            }
            if (entries.isEmpty()) {
                return false;
            }
            if (entries.stream().anyMatch(entry -> entry.sequence() <= last && entry.entry() instanceof Text)) {
                return true;
            }
            read = entries.getLast().sequence();
        }
        return false;
    }

    private boolean skipDamage(long damagedThrough) {
        Message damaged = owner(damagedThrough);
        if (damaged != null) {
            TurnFold fold = foldOf(damaged.id());
            if (fold == null) {
                return false;
            }
            fold.unreadable(damagedThrough);
        }
        position = damagedThrough;
        return true;
    }

    /** The message that an entry belongs to that can't be read. */
    private @Nullable Message owner(long sequence) {
        Message answered = tx.messages().answeredAfter(session.key(), sequence - 1);
        if (answered != null && answered.firstSequence() <= sequence) {
            return answered;
        }
        List<Message> endedThere = tx.messages().endedBetween(session.key(), sequence - 1, sequence, 1);
        return endedThere.isEmpty() ? tx.messages().oldestUnended(session.key()) : endedThere.getFirst();
    }

    /** The turn of the message, new if it is its first entry here; null = no room for another. */
    private @Nullable TurnFold foldOf(String messageId) {
        TurnFold known = folds.get(messageId);
        if (known != null) {
            return known;
        }
        if (folds.size() == MAX_TURNS) {
            return null;
        }
        Workspace workspace = Objects.requireNonNull(tx.workspaces().find(session.workspace()));
        Message message = Objects.requireNonNull(tx.messages().find(workspace.key(), messageId));
        TurnFold fold = begun(message);
        if (bytes() + fold.bytes() > MAX_BYTES) {
            return null;
        }
        folds.put(messageId, fold);
        return fold;
    }

    /** A message begun before the cursor comes whole if it fits, else from the cursor on. */
    private TurnFold begun(Message message) {
        long before = message.firstSequence() - 1;
        TurnFold whole = new TurnFold(tx, session, message, MAX_TEXT_BYTES, Math.min(before, from));
        if (before >= from || foldBegun(message, before, whole)) {
            return whole;
        }
        TurnFold part = new TurnFold(tx, session, message, MAX_TEXT_BYTES, from);
        part.truncated();
        return part;
    }

    /** Folds what lies before the cursor; false = it can't be read, or does not fit together with what follows. */
    private boolean foldBegun(Message message, long before, TurnFold whole) {
        long room = MAX_BYTES - bytes() - whole.bytes();
        long size = 0;
        long read = before;
        while (read < through) {
            List<LogEntry> entries;
            try {
                entries = LogReader.ofMessage(tx, session, message, read);
            } catch (Refusal corrupt) {
                return false;
            }
            if (entries.isEmpty()) {
                return true;
            }
            for (LogEntry entry : entries) {
                size = entry.entry() instanceof AttemptReset ? 0 : size + TurnFold.bytesOf(entry);
                if (size > room) {
                    return false;
                }
                if (entry.sequence() <= from) {
                    whole.add(entry);
                }
            }
            read = entries.getLast().sequence();
        }
        return true;
    }

    private long bytes() {
        long sum = 0;
        for (TurnFold fold : folds.values()) {
            sum += fold.bytes();
        }
        return sum;
    }
}
