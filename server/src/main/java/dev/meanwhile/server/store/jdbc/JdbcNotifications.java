package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Notification;
import dev.meanwhile.server.domain.Route;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.store.Notifications;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

final class JdbcNotifications implements Notifications {
    private static final MessageState[] STATES = MessageState.values();
    private static final Route[] ROUTES = Route.values();
    /** What is told comes from the message; all that the row adds is that nobody has acknowledged it. */
    private static final String COLUMNS =
            "SELECT n.number, s.key, s.id, m.key, m.id, m.state, m.route, m.terminal_sequence, m.end_time";

    private static final String SELECT = COLUMNS + """
        , n.session, m.notification = n.number AND m.workspace = n.workspace
        FROM notification n LEFT JOIN message m ON m.key = n.message LEFT JOIN session s ON s.key = m.session
        """;

    private final Sql sql;
    private final Damage damage;

    JdbcNotifications(Sql sql, Damage damage) {
        this.sql = sql;
        this.damage = damage;
    }

    @Override
    public void insert(Session session, long number, Message message, long terminalSequence) {
        sql.update(
                "INSERT INTO notification VALUES (?, ?, ?, ?, ?)",
                session.workspaceKey(),
                number,
                session.key(),
                message.key(),
                terminalSequence);
    }

    @Override
    public List<Notification> before(long workspace, @Nullable Long session, long number, int limit) {
        if (session == null) {
            return intact(
                    number,
                    limit,
                    from -> sql.list(
                            SELECT + " WHERE n.workspace = ? AND n.number < ? AND coalesce(s.state, 0) < 2"
                                    + " ORDER BY n.number DESC LIMIT ?",
                            Stored::map,
                            workspace,
                            from,
                            limit));
        }
        // Through the session's ended messages: each knows the number of its notification.
        return sql.list(COLUMNS + """
             FROM message m JOIN notification n ON n.workspace = m.workspace AND n.number = m.notification
                JOIN session s ON s.key = m.session
            WHERE m.session = ? AND m.terminal_sequence > 0 AND n.number < ? AND s.state < 2
            ORDER BY m.terminal_sequence DESC LIMIT ?
            """, JdbcNotifications::map, session, number, limit);
    }

    @Override
    public List<Notification> after(long workspace, long number, int limit) {
        return intact(
                number,
                limit,
                from -> sql.list(
                        SELECT + " WHERE n.workspace = ? AND n.number > ? AND coalesce(s.state, 0) < 2"
                                + " ORDER BY n.number LIMIT ?",
                        Stored::map,
                        workspace,
                        from,
                        limit));
    }

    @Override
    public @Nullable Notification find(long workspace, long number) {
        Stored stored = sql.one(
                SELECT + " WHERE n.workspace = ? AND n.number = ? AND coalesce(s.state, 0) < 2",
                Stored::map,
                workspace,
                number);
        return stored == null ? null : checked(stored);
    }

    @Override
    public void remove(long workspace, long number) {
        sql.update("DELETE FROM notification WHERE workspace = ? AND number = ?", workspace, number);
    }

    /** So many of them as if the damaged ones were not there. */
    private List<Notification> intact(long start, int limit, LongFunction<List<Stored>> page) {
        List<Notification> found = new ArrayList<>();
        long from = start;
        List<Stored> stored;
        do {
            stored = page.apply(from);
            for (Stored row : stored) {
                Notification notification = checked(row);
                if (notification != null && found.size() < limit) {
                    found.add(notification);
                }
                from = row.number();
            }
        } while (found.size() < limit && stored.size() == limit);
        return found;
    }

    /** Null if its row and the message it names contradict each other: then nobody knows what it would tell. */
    private @Nullable Notification checked(Stored stored) {
        if (stored.notification() == null) {
            damage.met(stored.session(), "notification " + stored.number());
        }
        return stored.notification();
    }

    private record Stored(
            long number, long session, @Nullable Notification notification) {
        static Stored map(Row row) throws SQLException {
            Notification notification = JdbcNotifications.map(row);
            long session = row.number();
            return new Stored(notification.number(), session, row.flag() ? notification : null);
        }
    }

    private static Notification map(Row row) throws SQLException {
        return new Notification(
                row.number(),
                row.number(),
                row.text(),
                row.number(),
                row.text(),
                row.one(STATES),
                row.one(ROUTES),
                row.number(),
                row.time());
    }
}
