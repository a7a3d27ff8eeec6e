package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionCounts;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.store.CorruptTextException;
import dev.meanwhile.server.store.RequestMatch;
import dev.meanwhile.server.store.Sessions;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

final class JdbcSessions implements Sessions {
    private static final SessionState[] STATES = SessionState.values();
    private static final String SELECT = """
        SELECT s.key, s.workspace, w.name, s.id, s.number, s.name, s.model, s.state, w.active_session IS s.key,
            s.epoch, s.has_instruction, s.create_time, s.close_time, s.last_sequence, s.read_sequence,
            s.queued_plain, s.queued_high, s.queued_low, s.running, s.unread, s.notifications, s.answered,
            s.input_tokens, s.output_tokens, h.due_time
        FROM session s JOIN workspace w ON w.key = s.workspace LEFT JOIN head h ON h.session = s.key
        """;

    private final Sql sql;
    private final Damage damage;
    private final Recent<Long, Session> recent;
    private final Recent<Name, Long> recentKeys;

    JdbcSessions(Sql sql, Damage damage, Recent<Long, Session> recent, Recent<Name, Long> recentKeys) {
        this.sql = sql;
        this.damage = damage;
        this.recent = recent;
        this.recentKeys = recentKeys;
    }

    /** What names a session to its users. */
    record Name(long workspace, String id) {}

    /** These two are not what they were. */
    void activeChanged(@Nullable Long before, @Nullable Long after) {
        if (before != null) {
            recent.remove(before);
        }
        if (after != null) {
            recent.remove(after);
        }
    }

    /** Its head says so. */
    void retryTimeChanged(long key, @Nullable Instant retryTime) {
        Session known = recent.get(key);
        if (known != null) {
            recent.put(key, known.withRetryTime(retryTime));
        }
    }

    @Override
    public long insert(Session session, @Nullable String requestId, byte[] payloadHash) {
        return sql.returning(
                """
                INSERT INTO session (workspace, id, number, name, model, state, epoch, has_instruction, create_time,
                    last_sequence, read_sequence, queued_plain, queued_high, queued_low, running, unread,
                    notifications, answered, input_tokens, output_tokens, request_id, request_hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?, ?) RETURNING key
                """,
                session.workspaceKey(),
                session.id(),
                session.number(),
                session.name(),
                session.model(),
                session.state(),
                session.epoch(),
                session.hasInstruction(),
                session.createTime(),
                requestId,
                requestId == null ? null : payloadHash);
    }

    @Override
    public @Nullable Session find(long workspace, String id) {
        Name name = new Name(workspace, id);
        Long key = recentKeys.get(name);
        Session known = key == null ? null : recent.get(key);
        if (known != null && known.state() != SessionState.DELETED) {
            return known;
        }
        Session found = sql.one(
                SELECT + " WHERE s.workspace = ? AND s.id = ? AND s.state < 2", JdbcSessions::map, workspace, id);
        if (found != null) {
            recent.put(found.key(), found);
            recentKeys.put(name, found.key());
        }
        return found;
    }

    @Override
    public @Nullable Session find(long key) {
        Session known = recent.get(key);
        if (known != null) {
            return known;
        }
        Session found = sql.one(SELECT + " WHERE s.key = ?", JdbcSessions::map, key);
        if (found != null) {
            recent.put(key, found);
        }
        return found;
    }

    @Override
    public @Nullable Session findByName(long workspace, String name) {
        return sql.one(
                SELECT + " WHERE s.workspace = ? AND s.name = ? AND s.state = 0", JdbcSessions::map, workspace, name);
    }

    @Override
    public @Nullable RequestMatch findRequest(long workspace, String requestId) {
        return sql.one(
                "SELECT key, request_hash FROM session WHERE workspace = ? AND request_id = ? AND state < 2",
                row -> new RequestMatch(row.number(), row.bytes()),
                workspace,
                requestId);
    }

    @Override
    public List<Session> list(long workspace, @Nullable SessionState state, int afterNumber, int limit) {
        return sql.list(
                SELECT + " WHERE s.workspace = ? AND s.number > ? AND s.state < 2 AND (?3 IS NULL OR s.state = ?3)"
                        + " ORDER BY s.number LIMIT ?4",
                JdbcSessions::map,
                workspace,
                afterNumber,
                state,
                limit);
    }

    @Override
    public Map<String, Integer> openByModel() {
        // In the order of the rows: through the index of names it takes five times as long.
        return sql
                .list(
                        "SELECT model, count(*) FROM session NOT INDEXED WHERE state = 0 GROUP BY model",
                        row -> Map.entry(row.text(), row.count()))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Override
    public void save(Session session) {
        Session known = recent.get(session.key());
        if (known == null || !known.describedAs(session)) {
            saveDescription(session);
        }
        SessionCounts counts = session.counts();
        sql.update(
                """
                UPDATE session SET last_sequence = ?, read_sequence = ?, queued_plain = ?, queued_high = ?,
                    queued_low = ?, running = ?, unread = ?, notifications = ?, answered = ?, input_tokens = ?,
                    output_tokens = ?
                WHERE key = ?
                """,
                session.lastSequence(),
                session.readSequence(),
                counts.queuedPlain(),
                counts.queuedHigh(),
                counts.queuedLow(),
                counts.running(),
                counts.unread(),
                counts.notifications(),
                counts.answered(),
                session.usage().inputTokens(),
                session.usage().outputTokens(),
                session.key());
        if (known != null) { // else what other rows say of it is not known for sure
            recent.put(session.key(), session.withActive(known.active()).withRetryTime(known.retryTime()));
        }
    }

    /** Apart, since SQLite writes an index anew whenever one of its columns is set, also to what it was. */
    private void saveDescription(Session session) {
        sql.update(
                "UPDATE session SET name = ?, model = ?, state = ?, has_instruction = ?, close_time = ? WHERE key = ?",
                session.name(),
                session.model(),
                session.state(),
                session.hasInstruction(),
                session.closeTime(),
                session.key());
    }

    @Override
    public String instruction(long key) {
        StoredText stored = sql.one("SELECT checksum, text FROM instruction WHERE session = ?", StoredText::map, key);
        if (stored == null || !stored.belongsTo(key)) {
            damage.met(key, "the system instruction");
            throw new CorruptTextException("the system instruction", "set it again with UpdateSession", 0);
        }
        return stored.text();
    }

    @Override
    public void setInstruction(long key, @Nullable String text) {
        if (text == null) {
            sql.update("DELETE FROM instruction WHERE session = ?", key);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sql.update("INSERT OR REPLACE INTO instruction VALUES (?, ?, ?)", key, Checksum.of(bytes, key), bytes);
    }

    @Override
    public List<Long> deleted(int limit) {
        return sql.list("SELECT key FROM session WHERE state = 2 ORDER BY key LIMIT ?", Row::number, limit);
    }

    @Override
    public void remove(long key) {
        sql.update("DELETE FROM instruction WHERE session = ?", key);
        sql.update("DELETE FROM session WHERE key = ? AND state = 2", key);
        recent.remove(key);
    }

    private static Session map(Row row) throws SQLException {
        return new Session(
                row.number(),
                row.number(),
                row.text(),
                row.text(),
                row.count(),
                row.text(),
                row.text(),
                row.one(STATES),
                row.flag(),
                row.text(),
                row.flag(),
                row.time(),
                row.optionalTime(),
                row.number(),
                row.number(),
                new SessionCounts(
                        row.count(), row.count(), row.count(), row.count(), row.count(), row.count(), row.count()),
                new TokenUsage(row.number(), row.number()),
                row.optionalTime());
    }
}
