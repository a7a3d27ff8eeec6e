package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.LaneEvent;
import dev.meanwhile.server.domain.LaneEventKind;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.store.Head;
import dev.meanwhile.server.store.Heads;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

final class JdbcHeads implements Heads {
    private static final Priority[] PRIORITIES = Priority.values();
    private static final LaneEventKind[] KINDS = LaneEventKind.values();
    private static final Head.Status[] STATUSES = Head.Status.values();
    private static final int EVENTS_KEPT = 50;
    private static final String SELECT =
            "SELECT session, message, workspace, model, lane, tag, other_tag, status, due_time, events FROM head ";

    private final Sql sql;
    private final JdbcSessions sessions;

    JdbcHeads(Sql sql, JdbcSessions sessions) {
        this.sql = sql;
        this.sessions = sessions;
    }

    @Override
    public @Nullable Head find(long session) {
        return sql.one(SELECT + "WHERE session = ?", JdbcHeads::map, session);
    }

    @Override
    public void save(Head head) {
        sql.update(
                "INSERT OR REPLACE INTO head VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                head.session(),
                head.message(),
                head.workspace(),
                head.model(),
                head.lane(),
                head.tag(),
                head.otherTag(),
                head.status(),
                head.dueTime(),
                head.events());
        sessions.retryTimeChanged(head.session(), head.dueTime());
    }

    @Override
    public void remove(long session) {
        sql.update("DELETE FROM head WHERE session = ?", session);
        sessions.retryTimeChanged(session, null);
    }

    @Override
    public long count() {
        return sql.count("SELECT count(*) FROM head");
    }

    @Override
    public @Nullable Head first(String model, Priority lane) {
        return sql.one(
                SELECT + "WHERE status = 0 AND model = ? AND lane = ? ORDER BY tag, message LIMIT 1",
                JdbcHeads::map,
                model,
                lane);
    }

    @Override
    public List<Head> due(Instant now, int limit) {
        return sql.list(
                SELECT + "WHERE status = 2 AND due_time <= ? ORDER BY due_time LIMIT ?", JdbcHeads::map, now, limit);
    }

    @Override
    public @Nullable Instant nextDue() {
        return sql.one("SELECT due_time FROM head WHERE status = 2 ORDER BY due_time LIMIT 1", Row::time);
    }

    @Override
    public List<Head> running(long afterSession, int limit) {
        return sql.list(
                SELECT + "WHERE status = 1 AND session > ? ORDER BY session LIMIT ?",
                JdbcHeads::map,
                afterSession,
                limit);
    }

    @Override
    public List<Head> ofOtherModels(List<String> models, int limit) {
        // From one model to the next through the index: costs the same however many heads there are.
        List<String> present = sql.list("""
                WITH RECURSIVE present (model) AS (
                    SELECT min(model) FROM head WHERE status = 0
                    UNION ALL
                    SELECT (SELECT min(h.model) FROM head h WHERE h.status = 0 AND h.model > p.model)
                    FROM present p WHERE p.model IS NOT NULL)
                SELECT model FROM present WHERE model IS NOT NULL
                """, Row::text);
        for (String model : present) {
            if (!models.contains(model)) {
                return sql.list(
                        SELECT + "WHERE status = 0 AND model = ? ORDER BY lane, tag, message LIMIT ?",
                        JdbcHeads::map,
                        model,
                        limit);
            }
        }
        return List.of();
    }

    @Override
    public int position(Head head, int limit) {
        return sql.count(
                "SELECT count(*) FROM (SELECT 1 FROM head WHERE status = 0 AND model = ? AND lane = ?"
                        + " AND (tag, message) <= (?, ?) LIMIT ?)",
                head.model(),
                head.lane(),
                head.tag(),
                head.message(),
                limit + 1);
    }

    @Override
    public Waiting waiting(String model, Priority lane) {
        int notDue = sql.count("SELECT count(*) FROM head WHERE status = 2 AND model = ? AND lane = ?", model, lane);
        return Objects.requireNonNull(
                sql.one("""
                SELECT count(*) FILTER (WHERE m.state = 0), min(m.create_time) FILTER (WHERE m.state = 0),
                    count(*) FILTER (WHERE m.state = 1)
                FROM head h JOIN message m ON m.key = h.message WHERE h.status = 0 AND h.model = ? AND h.lane = ?
                """, row -> new Waiting(row.count(), row.optionalTime(), notDue + row.count()), model, lane));
    }

    @Override
    public int countRunning(String model, Priority lane) {
        return sql.count("SELECT count(*) FROM head WHERE status = 1 AND model = ? AND lane = ?", model, lane);
    }

    @Override
    public void addEvent(Head head, Instant time, LaneEventKind kind) {
        sql.update(
                "INSERT INTO lane_event VALUES (?, ?, ?, ?, ?, ?, ?)",
                head.message(),
                head.events(),
                time,
                kind,
                head.model(),
                head.lane(),
                head.tag());
        if (head.events() > EVENTS_KEPT) {
            sql.update(
                    "DELETE FROM lane_event WHERE message = ? AND number <= ?",
                    head.message(),
                    head.events() - EVENTS_KEPT);
        }
    }

    @Override
    public List<LaneEvent> events(long message) {
        return sql.list(
                "SELECT number, time, kind, model, lane, tag FROM lane_event WHERE message = ? ORDER BY number",
                row -> new LaneEvent(
                        row.count(), row.time(), row.one(KINDS), row.text(), row.one(PRIORITIES), row.number()),
                message);
    }

    private static Head map(Row row) throws SQLException {
        return new Head(
                row.number(),
                row.number(),
                row.number(),
                row.text(),
                row.one(PRIORITIES),
                row.number(),
                row.number(),
                row.one(STATUSES),
                row.optionalTime(),
                row.count());
    }
}
