package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Notification;
import dev.meanwhile.server.domain.Route;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.store.Notifications;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class JdbcNotifications implements Notifications {
    private static final MessageState[] STATES = MessageState.values();
    private static final Route[] ROUTES = Route.values();
    private static final String SELECT = """
        SELECT n.number, n.session, s.id, m.key, m.id, m.state, m.route, n.terminal_sequence, m.end_time
        FROM notification n JOIN session s ON s.key = n.session JOIN message m ON m.key = n.message
        """;

    private final Sql sql;

    JdbcNotifications(Sql sql) {
        this.sql = sql;
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
            return sql.list(
                    SELECT + " WHERE n.workspace = ? AND n.number < ? AND s.state < 2 ORDER BY n.number DESC LIMIT ?",
                    JdbcNotifications::map,
                    workspace,
                    number,
                    limit);
        }
        // Through the session's ended messages: each knows the number of its notification.
        return sql.list("""
            SELECT n.number, n.session, s.id, m.key, m.id, m.state, m.route, n.terminal_sequence, m.end_time
            FROM message m JOIN notification n ON n.workspace = m.workspace AND n.number = m.notification
                JOIN session s ON s.key = m.session
            WHERE m.session = ? AND m.terminal_sequence > 0 AND n.number < ? AND s.state < 2
            ORDER BY m.terminal_sequence DESC LIMIT ?
            """, JdbcNotifications::map, session, number, limit);
    }

    @Override
    public List<Notification> after(long workspace, long number, int limit) {
        return sql.list(
                SELECT + " WHERE n.workspace = ? AND n.number > ? AND s.state < 2 ORDER BY n.number LIMIT ?",
                JdbcNotifications::map,
                workspace,
                number,
                limit);
    }

    @Override
    public @Nullable Notification find(long workspace, long number) {
        return sql.one(
                SELECT + " WHERE n.workspace = ? AND n.number = ? AND s.state < 2",
                JdbcNotifications::map,
                workspace,
                number);
    }

    @Override
    public void remove(long workspace, long number) {
        sql.update("DELETE FROM notification WHERE workspace = ? AND number = ?", workspace, number);
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
