package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Workspace;
import dev.meanwhile.server.store.Workspaces;
import org.jspecify.annotations.Nullable;

final class JdbcWorkspaces implements Workspaces {
    private final Sql sql;

    JdbcWorkspaces(Sql sql) {
        this.sql = sql;
    }

    @Override
    public @Nullable Workspace find(String name) {
        return sql.one(
                "SELECT key, name, active_session FROM workspace WHERE name = ?",
                row -> new Workspace(row.number(), row.text(), row.optionalNumber()),
                name);
    }

    @Override
    public Workspace create(String name) {
        long key = sql.returning("INSERT INTO workspace (name) VALUES (?) RETURNING key", name);
        return new Workspace(key, name, null);
    }

    @Override
    public void setActive(long workspace, @Nullable Long session) {
        sql.update("UPDATE workspace SET active_session = ? WHERE key = ?", session, workspace);
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
