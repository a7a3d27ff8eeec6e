package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.store.CorruptTextException;
import dev.meanwhile.server.store.Segments;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class JdbcSegments implements Segments {
    /** One row holds at most so many bytes, or one entry: what one read of a small piece costs. */
    private static final int BYTES_PER_SEGMENT = 8 << 10;

    private final Sql sql;
    private final Damage damage;

    JdbcSegments(Sql sql, Damage damage) {
        this.sql = sql;
        this.damage = damage;
    }

    @Override
    public void append(Message message, long firstSequence, List<ResponseEntry> entries) {
        int from = 0;
        while (from < entries.size()) {
            int to = from;
            int size = 0;
            while (to < entries.size()
                    && (to == from || size + EntryCodec.size(entries.get(to)) <= BYTES_PER_SEGMENT)) {
                size += EntryCodec.size(entries.get(to));
                to++;
            }
            insert(message, firstSequence + from, entries.subList(from, to));
            from = to;
        }
    }

    private void insert(Message message, long first, List<ResponseEntry> entries) {
        byte[] bytes = EntryCodec.encode(entries);
        long last = first + entries.size() - 1;
        sql.update(
                "INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?)",
                message.key(),
                first,
                last,
                message.attempts(),
                Checksum.of(bytes, message.sessionKey(), message.key(), first, last, message.attempts()),
                bytes);
    }

    @Override
    public List<LogEntry> read(Message message, long afterSequence, int maxEntries, int maxBytes) {
        List<LogEntry> found = new ArrayList<>();
        long from = Math.max(afterSequence, message.firstSequence() - 1);
        int bytes = 0;
        while (found.size() < maxEntries && bytes < maxBytes && !endsAt(message, from)) {
            StoredSegment segment = next(message.key(), from);
            long damaged = damagedThrough(message, from, segment);
            if (damaged > 0) {
                if (!found.isEmpty()) {
                    break; // what lies before it is good; the next read meets it first
                }
                String what = "message " + message.id() + ", sequences " + (from + 1) + " to " + damaged;
                damage.met(message.sessionKey(), what);
                throw new CorruptTextException(what, "read on behind it", damaged);
            }
            if (segment == null) {
                break;
            }
            long sequence = segment.first();
            for (ResponseEntry entry : EntryCodec.decode(segment.entries())) {
                if (sequence > afterSequence) {
                    found.add(new LogEntry(sequence, message.id(), entry));
                }
                sequence++;
            }
            bytes += segment.entries().length;
            from = segment.last();
        }
        return found;
    }

    @Override
    public Removed remove(long message, int maxRows, int maxBytes) {
        List<long[]> rows = sql.list(
                "SELECT first_sequence, length(entries) FROM segment WHERE message = ? ORDER BY first_sequence LIMIT ?",
                row -> new long[] {row.number(), row.number()},
                message,
                Math.max(1, maxRows) + 1);
        int bytes = 0;
        int removed = 0;
        for (long[] row : rows) {
            if (removed > 0 && (removed == maxRows || bytes + row[1] > maxBytes)) {
                break;
            }
            sql.update("DELETE FROM segment WHERE message = ? AND first_sequence = ?", message, row[0]);
            bytes += (int) row[1];
            removed++;
        }
        return new Removed(removed, bytes, removed == rows.size());
    }

    /** The first segment that holds something beyond the sequence, found by its key in two steps. */
    private @Nullable StoredSegment next(long message, long after) {
        StoredSegment around = sql.one(
                "SELECT first_sequence, last_sequence, attempt, checksum, entries FROM segment"
                        + " WHERE message = ? AND first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1",
                JdbcSegments::map,
                message,
                after + 1);
        if (around != null && around.last() > after) {
            return around;
        }
        return sql.one(
                "SELECT first_sequence, last_sequence, attempt, checksum, entries FROM segment"
                        + " WHERE message = ? AND first_sequence > ? ORDER BY first_sequence LIMIT 1",
                JdbcSegments::map,
                message,
                after);
    }

    private static boolean endsAt(Message message, long sequence) {
        return message.terminalSequence() > 0 && sequence >= message.terminalSequence();
    }

    /** The end of the damage that begins right behind that sequence, 0 = none begins there. */
    private long damagedThrough(Message message, long from, @Nullable StoredSegment segment) {
        if (segment == null) {
            return message.terminalSequence(); // unended: nothing more has come
        }
        if (segment.first() > from + 1 && missing(message, from + 1, segment.first())) {
            return missingThrough(message, from + 1, segment.first());
        }
        return segment.intact(message) ? 0 : lastOf(message, from, segment);
    }

    /** Whether not all between two sequences are of messages that ended in the queue, as entries of others are. */
    private boolean missing(Message message, long from, long before) {
        return sql.count(
                        "SELECT count(*) FROM message WHERE session = ? AND terminal_sequence > 0"
                                + " AND terminal_sequence >= ? AND terminal_sequence < ?",
                        message.sessionKey(),
                        from,
                        before)
                < before - from;
    }

    private long missingThrough(Message message, long from, long before) {
        List<Long> others = sql.list(
                "SELECT terminal_sequence FROM message WHERE session = ? AND terminal_sequence > 0"
                        + " AND terminal_sequence >= ? AND terminal_sequence < ? ORDER BY terminal_sequence",
                Row::number,
                message.sessionKey(),
                from,
                before);
        long first = from;
        for (long other : others) {
            if (other > first) {
                return other - 1;
            }
            first++;
        }
        return before - 1;
    }

    /** Where a damaged segment ends. Its own word counts only as far as the log and the next segment agree. */
    private long lastOf(Message message, long from, StoredSegment segment) {
        Long end = sql.one("SELECT last_sequence FROM session WHERE key = ?", Row::number, message.sessionKey());
        long bound = end == null ? segment.last() : end;
        Long next = sql.one(
                "SELECT first_sequence FROM segment WHERE message = ? AND first_sequence > ?"
                        + " ORDER BY first_sequence LIMIT 1",
                Row::number,
                message.key(),
                Math.max(from + 1, segment.first()));
        bound = next == null ? bound : Math.min(bound, next - 1);
        bound = message.terminalSequence() > 0 ? Math.min(bound, message.terminalSequence()) : bound;
        return Math.max(from + 1, Math.min(segment.last(), bound));
    }

    private static StoredSegment map(Row row) throws SQLException {
        return new StoredSegment(row.number(), row.number(), row.number(), row.number(), row.bytes());
    }

    private record StoredSegment(long first, long last, long attempt, long checksum, byte[] entries) {
        boolean intact(Message message) {
            return checksum == Checksum.of(entries, message.sessionKey(), message.key(), first, last, attempt);
        }
    }
}
