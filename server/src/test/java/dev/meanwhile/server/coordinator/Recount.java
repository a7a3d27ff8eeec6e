package dev.meanwhile.server.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts everything anew from the rows of messages, segments and sessions, in plain SQL on a connection of its own, and
 * compares it with what the service keeps up to date. Shares no code with the store: of its format it knows the tables
 * and the kinds of entries.
 */
final class Recount implements AutoCloseable {
    /** Unended or ended messages of sessions that exist; {@code wants} is the lane a message wants now. */
    private static final String LIVE = """
            WITH live AS (
                SELECT m.*, s.model AS session_model,
                    coalesce(m.override, iif(s.state = 0 AND w.active_session IS s.key, 1, 0)) AS wants
                FROM message m JOIN session s ON s.key = m.session JOIN workspace w ON w.key = s.workspace
                WHERE s.state < 2)
            """;

    private final Connection connection;
    private Map<String, String> ends = Map.of();
    private Map<String, String> segments = Map.of();
    private Map<String, Long> virtualTimes = Map.of();

    Recount(Path folder) throws SQLException {
        connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("meanwhile.db"));
    }

    /** Rises whenever somebody else has committed a change. */
    long dataVersion() throws SQLException {
        return Long.parseLong(rows("PRAGMA data_version").getFirst());
    }

    List<String> rows(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            while (results.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= results.getMetaData().getColumnCount(); i++) {
                    row.append(i > 1 ? "|" : "").append(results.getString(i));
                }
                rows.add(row.toString());
            }
        }
        return rows;
    }

    void check() throws SQLException {
        checkLanes();
        checkSessions();
        checkHeads();
        checkNotifications();
        checkLogs();
        checkNothingChangedThatMayNot();
    }

    private void checkLanes() throws SQLException {
        same(
                "queued by lane",
                "SELECT model, lane, queued FROM lane WHERE queued <> 0 ORDER BY 1, 2",
                LIVE + "SELECT session_model, wants, count(*) FROM live WHERE state = 0 GROUP BY 1, 2 ORDER BY 1, 2");
        same(
                "running by lane",
                "SELECT model, lane, running FROM lane WHERE running <> 0 ORDER BY 1, 2",
                LIVE + "SELECT model, lane, count(*) FROM live WHERE state = 1 GROUP BY 1, 2 ORDER BY 1, 2");
        same(
                "queued by workspace",
                "SELECT workspace, model, lane, queued FROM workspace_lane WHERE queued <> 0 ORDER BY 1, 2, 3",
                LIVE + "SELECT workspace, session_model, wants, count(*) FROM live WHERE state = 0"
                        + " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3");
        same(
                "running by workspace",
                "SELECT workspace, model, lane, running FROM workspace_lane WHERE running <> 0 ORDER BY 1, 2, 3",
                LIVE + "SELECT workspace, model, lane, count(*) FROM live WHERE state = 1"
                        + " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3");
        same(
                "heads by workspace",
                "SELECT workspace, model, lane, heads FROM workspace_lane WHERE heads <> 0 ORDER BY 1, 2, 3",
                "SELECT workspace, model, lane, count(*) FROM head WHERE status = 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3");
    }

    private void checkSessions() throws SQLException {
        same(
                "counts of sessions",
                "SELECT key, queued_plain, queued_high, queued_low, running, unread, notifications, input_tokens,"
                        + " output_tokens FROM session WHERE state < 2 ORDER BY key",
                """
                SELECT s.key, count(*) FILTER (WHERE m.state = 0 AND m.override IS NULL),
                    count(*) FILTER (WHERE m.state = 0 AND m.override = 1),
                    count(*) FILTER (WHERE m.state = 0 AND m.override = 0),
                    count(*) FILTER (WHERE m.state = 1),
                    count(*) FILTER (WHERE m.state > 1 AND m.terminal_sequence > s.read_sequence),
                    (SELECT count(*) FROM notification n WHERE n.session = s.key),
                    count(*) FILTER (WHERE m.state = 2), 2 * count(*) FILTER (WHERE m.state = 2)
                FROM session s LEFT JOIN message m ON m.session = s.key WHERE s.state < 2 GROUP BY s.key ORDER BY s.key
                """);
        same(
                "ended messages with text in their last attempt (the test writes no other entries)",
                "SELECT key, answered FROM session WHERE state < 2 AND answered > 0 ORDER BY key",
                LIVE + "SELECT session, count(*) FROM live m WHERE state > 1 AND NOT EXISTS"
                        + " (SELECT 1 FROM failed_attempt f WHERE f.message = m.key AND f.number = m.attempts)"
                        + " AND (SELECT sum(g.last_sequence - g.first_sequence + 1) FROM segment g"
                        + " WHERE g.message = m.key AND g.attempt = m.attempts) > 1 GROUP BY 1 ORDER BY 1");
        none(
                "active sessions that are not open sessions of their workspace",
                "SELECT w.name FROM workspace w LEFT JOIN session s ON s.key = w.active_session"
                        + " WHERE w.active_session IS NOT NULL AND (s.state IS NOT 0 OR s.workspace <> w.key)");
    }

    private void checkHeads() throws SQLException {
        same(
                "one head per session, its oldest unended message (P5)",
                "SELECT session, message, workspace FROM head ORDER BY 1",
                LIVE + "SELECT session, min(key), workspace FROM live WHERE state < 2 GROUP BY session ORDER BY 1");
        none(
                "running messages that are no heads (P5)",
                LIVE + "SELECT id FROM live WHERE state = 1 AND key NOT IN (SELECT message FROM head)");
        none(
                "heads in another lane or model than they want",
                LIVE + "SELECT h.* FROM head h JOIN live m ON m.key = h.message"
                        + " WHERE h.status <> 1 AND (h.lane <> m.wants OR h.model <> m.session_model)"
                        + " OR h.status = 0 AND h.tag < 1");
        none(
                "heads whose message is in another state, or between attempts without a time for the next one",
                LIVE + "SELECT h.* FROM head h JOIN live m ON m.key = h.message WHERE (h.status = 1) <> "
                        + "(m.state = 1 AND m.attempt_time IS NOT NULL) OR (h.due_time IS NOT NULL) <> "
                        + "(m.state = 1 AND m.attempt_time IS NULL) OR h.status = 2 AND h.due_time IS NULL");
        none(
                "heads in a lane with a tag beyond their workspace's last one",
                "SELECT h.* FROM head h LEFT JOIN workspace_lane l ON l.workspace = h.workspace AND l.model = h.model"
                        + " AND l.lane = h.lane WHERE h.status = 0 AND h.tag > coalesce(l.last_tag, 0)");
        same(
                "places remembered",
                "SELECT message, events FROM head ORDER BY 1",
                "SELECT e.message, max(e.number) FROM lane_event e JOIN head h ON h.message = e.message"
                        + " GROUP BY 1 ORDER BY 1");
    }

    private void checkNotifications() throws SQLException {
        same(
                "notifications not acknowledged",
                "SELECT n.workspace, n.number, n.message, n.terminal_sequence FROM notification n"
                        + " JOIN session s ON s.key = n.session WHERE s.state < 2 ORDER BY 1, 2",
                LIVE + "SELECT workspace, notification, key, terminal_sequence FROM live"
                        + " WHERE state > 1 AND acknowledge_time IS NULL ORDER BY 1, 2");
        none(
                "ends without a notification, or with one beyond the last number",
                LIVE + "SELECT m.id FROM live m JOIN workspace w ON w.key = m.workspace"
                        + " WHERE (m.state > 1) <> (m.notification BETWEEN 1 AND w.last_notification)");
    }

    private void checkLogs() throws SQLException {
        same(
                "logs without a gap (P3)",
                "SELECT key, last_sequence, last_sequence FROM session WHERE state < 2 AND last_sequence > 0 ORDER BY 1",
                "SELECT m.session, sum(g.last_sequence - g.first_sequence + 1), max(g.last_sequence) FROM segment g"
                        + " JOIN message m ON m.key = g.message JOIN session s ON s.key = m.session"
                        + " WHERE s.state < 2 GROUP BY 1 ORDER BY 1");
        none(
                "segments that overlap (P3)",
                "SELECT a.message, a.first_sequence FROM segment a JOIN message ma ON ma.key = a.message"
                        + " JOIN message mb ON mb.session = ma.session JOIN segment b ON b.message = mb.key"
                        + " WHERE a.first_sequence < b.first_sequence AND a.last_sequence >= b.first_sequence");
        same(
                "first and terminal sequences",
                LIVE + "SELECT key, first_sequence, terminal_sequence FROM live WHERE first_sequence > 0 ORDER BY 1",
                LIVE + "SELECT m.key, min(g.first_sequence), iif(m.state > 1, max(g.last_sequence), 0) FROM live m"
                        + " JOIN segment g ON g.message = m.key GROUP BY 1 ORDER BY 1");
        none(
                "messages whose state and end disagree (P2)",
                LIVE + "SELECT id FROM live WHERE (state > 1) <> (terminal_sequence > 0) OR (state > 1) <>"
                        + " (end_time IS NOT NULL) OR (state > 1) <> (outcome IS NOT NULL)");
    }

    /** P2 and P3: an end stays, a segment stays; and V never falls. */
    private void checkNothingChangedThatMayNot() throws SQLException {
        ends = kept("an end changed (P2)", ends, LIVE + """
                SELECT key, state || ' ' || terminal_sequence || ' ' || hex(outcome) FROM live WHERE state > 1
                """);
        segments = kept("a segment changed (P3)", segments, """
                SELECT g.message || ':' || g.first_sequence, g.checksum || ' ' || hex(g.entries) FROM segment g
                JOIN message m ON m.key = g.message JOIN session s ON s.key = m.session WHERE s.state < 2
                """);
        Map<String, Long> now = new HashMap<>();
        for (String row : rows("SELECT model || lane, virtual_time FROM lane")) {
            String[] parts = row.split("\\|");
            now.put(parts[0], Long.parseLong(parts[1]));
            assertEquals(
                    now.get(parts[0]), Math.max(now.get(parts[0]), virtualTimes.getOrDefault(parts[0], 0L)), "V fell");
        }
        virtualTimes = now;
    }

    private Map<String, String> kept(String what, Map<String, String> before, String sql) throws SQLException {
        Map<String, String> now = new HashMap<>();
        for (String row : rows(sql)) {
            String[] parts = row.split("\\|", 2);
            now.put(parts[0], parts[1]);
            assertEquals(before.getOrDefault(parts[0], parts[1]), parts[1], what + ": " + parts[0]);
        }
        return now;
    }

    private void same(String what, String kept, String counted) throws SQLException {
        assertEquals(rows(counted), rows(kept), what);
    }

    private void none(String what, String sql) throws SQLException {
        assertEquals(List.of(), rows(sql), what);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
