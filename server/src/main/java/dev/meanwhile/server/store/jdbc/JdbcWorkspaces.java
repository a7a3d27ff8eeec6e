package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Workspace;
import dev.meanwhile.server.store.Workspaces;
import org.jspecify.annotations.Nullable;

final class JdbcWorkspaces implements Workspaces {
    private final Sql sql;
    private final Recent<String, Workspace> recent;
    private final JdbcSessions sessions;

    JdbcWorkspaces(Sql sql, Recent<String, Workspace> recent, JdbcSessions sessions) {
        this.sql = sql;
        this.recent = recent;
        this.sessions = sessions;
    }

    @Override
    public @Nullable Workspace find(String name) {
        Workspace known = recent.get(name);
        if (known == null) {
            known = sql.one(
                    "SELECT key, name, active_session FROM workspace WHERE name = ?",
                    row -> new Workspace(row.number(), row.text(), row.optionalNumber()),
                    name);
            if (known != null) {
                recent.put(name, known);
            }
        }
        return known;
    }

    @Override
    public Workspace create(String name) {
        long key = sql.returning("INSERT INTO workspace (name) VALUES (?) RETURNING key", name);
        return new Workspace(key, name, null);
    }

    @Override
    public void setActive(Workspace workspace, @Nullable Long session) {
        sql.update("UPDATE workspace SET active_session = ? WHERE key = ?", session, workspace.key());
        recent.remove(workspace.name());
        sessions.activeChanged(workspace.activeSession(), session);
    }

    @Override
    public int takeSessionNumber(long workspace) {
        return (int) sql.returning(
                "UPDATE workspace SET last_session = last_session + 1 WHERE key = ? RETURNING last_session", workspace);
    }

    @Override
    public long takeNotificationNumber(long workspace) {
        return sql.returning(
                "UPDATE workspace SET last_notification = last_notification + 1 WHERE key = ?"
                        + " RETURNING last_notification",
                workspace);
    }
}
