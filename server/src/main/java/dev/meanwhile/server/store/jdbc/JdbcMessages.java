package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.FailedAttempt;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Route;
import dev.meanwhile.server.domain.RouteReason;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.Submission;
import dev.meanwhile.server.store.CorruptTextException;
import dev.meanwhile.server.store.Messages;
import dev.meanwhile.server.store.RequestMatch;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class JdbcMessages implements Messages {
    private static final MessageState[] STATES = MessageState.values();
    private static final Priority[] PRIORITIES = Priority.values();
    private static final Route[] ROUTES = Route.values();
    private static final RouteReason[] REASONS = RouteReason.values();
    private static final ConflictPolicy[] POLICIES = ConflictPolicy.values();
    private static final FailureReason[] FAILURES = FailureReason.values();
    private static final int ATTEMPTS_KEPT = 50;
    private static final String SELECT = """
        SELECT m.key, m.id, m.session, m.request_id, m.route, m.reason, m.active_session_id, m.priority, m.override,
            m.policy, m.ahead, m.create_time, m.state, m.attempts, m.model, m.lane, m.start_time, m.attempt_time,
            m.end_time, m.first_sequence, m.terminal_sequence, m.visible, m.answer_faults, m.outages, m.crashes,
            m.outcome, m.notification, m.acknowledge_time
        FROM message m
        """;

    private static final String HIGHEST_KEY = """
        SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'message'), 0),
            coalesce((SELECT max(key) FROM message), 0))
        """;

    private final Sql sql;
    private final Damage damage;

    /** Unended ones. */
    private final Recent<Long, Message> recent;

    /** The highest key that was ever given to a message; -1 = not read yet. */
    private long lastKey = -1;

    JdbcMessages(Sql sql, Damage damage, Recent<Long, Message> recent) {
        this.sql = sql;
        this.damage = damage;
        this.recent = recent;
    }

    @Override
    public Message insert(Session session, String id, Submission submission, byte[] payloadHash, String text) {
        String requestId = submission.requestId();
        long key = nextKey();
        sql.update(
                """
                INSERT INTO message (key, workspace, session, id, request_id, request_hash, route, reason,
                    active_session_id, priority, override, policy, ahead, create_time, state, attempts, model,
                    first_sequence, terminal_sequence, visible, answer_faults, outages, crashes, notification)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '', 0, 0, 0, 0, 0, 0, 0)
                """,
                key,
                session.workspaceKey(),
                session.key(),
                id,
                requestId,
                requestId == null ? null : payloadHash,
                submission.route(),
                submission.reason(),
                submission.activeSessionId(),
                submission.priority(),
                submission.override(),
                submission.policy(),
                submission.aheadInSession(),
                submission.createTime());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sql.update("INSERT INTO message_text VALUES (?, ?, ?)", key, Checksum.of(bytes, session.key(), key), bytes);
        Message message = new Message(
                key,
                id,
                session.key(),
                submission,
                MessageState.QUEUED,
                0,
                "",
                null,
                null,
                null,
                null,
                0,
                0,
                false,
                Message.Faults.NONE,
                null,
                0,
                null);
        recent.put(key, message);
        return message;
    }

    /** What AUTOINCREMENT would give; nobody else inserts. RETURNING would cost 2 to 3 µs more. */
    private long nextKey() {
        if (lastKey < 0) {
            Long highest = sql.one(HIGHEST_KEY, Row::number);
            lastKey = highest == null ? 0 : highest;
        }
        return ++lastKey;
    }

    @Override
    public @Nullable Message find(long workspace, String id) {
        return sql.one(
                SELECT + " JOIN session s ON s.key = m.session WHERE m.id = ? AND m.workspace = ? AND s.state < 2",
                JdbcMessages::map,
                id,
                workspace);
    }

    @Override
    public @Nullable Message find(long key) {
        Message known = recent.get(key);
        return known != null ? known : sql.one(SELECT + " WHERE m.key = ?", JdbcMessages::map, key);
    }

    @Override
    public @Nullable RequestMatch findRequest(long workspace, String requestId) {
        return sql.one(
                "SELECT m.key, m.request_hash FROM message m JOIN session s ON s.key = m.session"
                        + " WHERE m.workspace = ? AND m.request_id = ? AND s.state < 2",
                row -> new RequestMatch(row.number(), row.bytes()),
                workspace,
                requestId);
    }

    @Override
    public void save(Message message) {
        if (message.state().ended()) {
            saveEnded(message);
            recent.remove(message.key());
        } else {
            saveUnended(message);
            recent.put(message.key(), message);
        }
    }

    /** Leaves alone what tells ended ones: SQLite writes an index anew whenever one of its columns is set. */
    private void saveUnended(Message message) {
        sql.update(
                """
                UPDATE message SET state = ?, attempts = ?, model = ?, lane = ?, start_time = ?, attempt_time = ?,
                    first_sequence = ?, visible = ?, answer_faults = ?, outages = ?, crashes = ?
                WHERE key = ?
                """,
                message.state(),
                message.attempts(),
                message.model(),
                message.lane(),
                message.startTime(),
                message.attemptTime(),
                message.firstSequence(),
                message.visible(),
                message.faults().answer(),
                message.faults().outage(),
                message.faults().crash(),
                message.key());
    }

    private void saveEnded(Message message) {
        sql.update(
                """
                UPDATE message SET state = ?, attempts = ?, model = ?, lane = ?, start_time = ?, attempt_time = ?,
                    end_time = ?, first_sequence = ?, terminal_sequence = ?, visible = ?, answer_faults = ?,
                    outages = ?, crashes = ?, outcome = ?, notification = ?, acknowledge_time = ?
                WHERE key = ?
                """,
                message.state(),
                message.attempts(),
                message.model(),
                message.lane(),
                message.startTime(),
                message.attemptTime(),
                message.endTime(),
                message.firstSequence(),
                message.terminalSequence(),
                message.visible(),
                message.faults().answer(),
                message.faults().outage(),
                message.faults().crash(),
                EntryCodec.encodeOutcome(message.outcome()),
                message.notification(),
                message.acknowledgeTime(),
                message.key());
    }

    @Override
    public String text(Message message) {
        StoredText stored =
                sql.one("SELECT checksum, text FROM message_text WHERE message = ?", StoredText::map, message.key());
        if (stored == null || !stored.belongsTo(message.sessionKey(), message.key())) {
            String what = "the text of message " + message.id();
            damage.met(message.sessionKey(), what);
            throw new CorruptTextException(what, "submit it again", 0);
        }
        return stored.text();
    }

    @Override
    public @Nullable Message oldestUnended(long session) {
        return sql.one(
                SELECT + " WHERE m.session = ? AND m.terminal_sequence = 0 ORDER BY m.key LIMIT 1",
                JdbcMessages::map,
                session);
    }

    @Override
    public List<Message> queuedNewestFirst(long session, long beforeKey, int limit) {
        return sql.list(
                SELECT + " WHERE m.session = ? AND m.terminal_sequence = 0 AND m.state = 0 AND m.key < ?"
                        + " ORDER BY m.key DESC LIMIT ?",
                JdbcMessages::map,
                session,
                beforeKey,
                limit);
    }

    @Override
    public int countUnendedBefore(Message message) {
        return sql.count(
                "SELECT count(*) FROM message WHERE session = ? AND terminal_sequence = 0 AND key < ?",
                message.sessionKey(),
                message.key());
    }

    @Override
    public List<Message> endedAfter(long session, long sequence, int limit) {
        return endedBetween(session, sequence, Long.MAX_VALUE, limit);
    }

    @Override
    public List<Message> endedBetween(long session, long after, long through, int limit) {
        // The constant term lets SQLite use the partial index of ended messages.
        return sql.list(
                SELECT + " WHERE m.session = ? AND m.terminal_sequence > 0 AND m.terminal_sequence > ?"
                        + " AND m.terminal_sequence <= ? ORDER BY m.terminal_sequence LIMIT ?",
                JdbcMessages::map,
                session,
                after,
                through,
                limit);
    }

    @Override
    public @Nullable Message answeredAfter(long session, long sequence) {
        return sql.one(
                SELECT + " WHERE m.session = ? AND m.terminal_sequence > 0 AND m.terminal_sequence > ?"
                        + " AND m.first_sequence < m.terminal_sequence ORDER BY m.terminal_sequence LIMIT 1",
                JdbcMessages::map,
                session,
                sequence);
    }

    @Override
    public int countEndedAfter(long session, long sequence) {
        return sql.count(
                "SELECT count(*) FROM message WHERE session = ? AND terminal_sequence > 0 AND terminal_sequence > ?",
                session,
                sequence);
    }

    @Override
    public List<Message> before(long session, long key, int limit) {
        return sql.list(
                SELECT + " WHERE m.session = ? AND m.key < ? ORDER BY m.key DESC LIMIT ?",
                JdbcMessages::map,
                session,
                key,
                limit);
    }

    @Override
    public List<Message> after(long session, long key, int limit) {
        return sql.list(
                SELECT + " WHERE m.session = ? AND m.key > ? ORDER BY m.key LIMIT ?",
                JdbcMessages::map,
                session,
                key,
                limit);
    }

    @Override
    public void addFailedAttempt(long message, FailedAttempt attempt) {
        sql.update(
                "INSERT INTO failed_attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                message,
                attempt.number(),
                attempt.startTime(),
                attempt.endTime(),
                attempt.model(),
                attempt.lane(),
                attempt.reason(),
                attempt.text());
        sql.update(
                "DELETE FROM failed_attempt WHERE message = ? AND number <= ?",
                message,
                attempt.number() - ATTEMPTS_KEPT);
    }

    @Override
    public List<FailedAttempt> failedAttempts(long message, int limit) {
        List<FailedAttempt> newestFirst = sql.list(
                "SELECT number, start_time, end_time, model, lane, reason, text FROM failed_attempt"
                        + " WHERE message = ? ORDER BY number DESC LIMIT ?",
                row -> new FailedAttempt(
                        row.count(),
                        row.time(),
                        row.time(),
                        row.text(),
                        row.one(PRIORITIES),
                        row.one(FAILURES),
                        row.text()),
                message,
                limit);
        Collections.reverse(newestFirst);
        return newestFirst;
    }

    @Override
    public Size size(long key) {
        Size size = sql.one("""
            SELECT 3 + (SELECT count(*) FROM lane_event WHERE message = ?1)
                    + (SELECT count(*) FROM failed_attempt WHERE message = ?1),
                coalesce((SELECT length(text) FROM message_text WHERE message = ?1), 0)
                    + (SELECT coalesce(sum(length(CAST(text AS BLOB))), 0) FROM failed_attempt WHERE message = ?1)
            """, row -> new Size(row.count(), row.count()), key);
        return size == null ? new Size(0, 0) : size;
    }

    @Override
    public void remove(long key) {
        sql.update("DELETE FROM message_text WHERE message = ?", key);
        sql.update("DELETE FROM failed_attempt WHERE message = ?", key);
        sql.update("DELETE FROM lane_event WHERE message = ?", key);
        sql.update("DELETE FROM message WHERE key = ?", key);
        recent.remove(key);
    }

    private static Message map(Row row) throws SQLException {
        return new Message(
                row.number(),
                row.text(),
                row.number(),
                new Submission(
                        row.optionalText(),
                        row.one(ROUTES),
                        row.one(REASONS),
                        row.optionalText(),
                        row.one(PRIORITIES),
                        row.optional(PRIORITIES),
                        row.one(POLICIES),
                        row.count(),
                        row.time()),
                row.one(STATES),
                row.count(),
                row.text(),
                row.optional(PRIORITIES),
                row.optionalTime(),
                row.optionalTime(),
                row.optionalTime(),
                row.number(),
                row.number(),
                row.flag(),
                new Message.Faults(row.count(), row.count(), row.count()),
                EntryCodec.decodeOutcome(row.optionalBytes()),
                row.number(),
                row.optionalTime());
    }
}
