package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.WorkspaceDepth;
import dev.meanwhile.server.store.LaneState;
import dev.meanwhile.server.store.Lanes;
import dev.meanwhile.server.store.WorkspaceLane;
import java.util.List;

final class JdbcLanes implements Lanes {
    private final Sql sql;

    JdbcLanes(Sql sql) {
        this.sql = sql;
    }

    @Override
    public LaneState find(String model, Priority lane) {
        LaneState found = sql.one(
                "SELECT virtual_time, passed, queued, running FROM lane WHERE model = ? AND lane = ?",
                row -> new LaneState(model, lane, row.number(), row.count(), row.count(), row.count()),
                model,
                lane);
        return found == null ? new LaneState(model, lane, 0, 0, 0, 0) : found;
    }

    @Override
    public void save(LaneState state) {
        sql.update(
                "INSERT INTO lane VALUES (?, ?, ?, ?, 0, 0) ON CONFLICT DO UPDATE"
                        + " SET virtual_time = excluded.virtual_time, passed = excluded.passed",
                state.model(),
                state.lane(),
                state.virtualTime(),
                state.passed());
    }

    @Override
    public WorkspaceLane share(long workspace, String model, Priority lane) {
        WorkspaceLane found = sql.one(
                "SELECT last_tag, heads FROM workspace_lane WHERE workspace = ? AND model = ? AND lane = ?",
                row -> new WorkspaceLane(workspace, model, lane, row.number(), row.count()),
                workspace,
                model,
                lane);
        return found == null ? new WorkspaceLane(workspace, model, lane, 0, 0) : found;
    }

    @Override
    public void save(WorkspaceLane share) {
        sql.update(
                "INSERT INTO workspace_lane VALUES (?, ?, ?, ?, ?, 0, 0) ON CONFLICT DO UPDATE"
                        + " SET last_tag = excluded.last_tag, heads = excluded.heads",
                share.workspace(),
                share.model(),
                share.lane(),
                share.lastTag(),
                share.heads());
    }

    @Override
    public void count(long workspace, String model, Priority lane, int queuedDelta, int runningDelta) {
        if (queuedDelta == 0 && runningDelta == 0) {
            return;
        }
        sql.update(
                "INSERT INTO lane VALUES (?, ?, 0, 0, ?, ?) ON CONFLICT DO UPDATE"
                        + " SET queued = queued + excluded.queued, running = running + excluded.running",
                model,
                lane,
                queuedDelta,
                runningDelta);
        sql.update(
                "INSERT INTO workspace_lane VALUES (?, ?, ?, 0, 0, ?, ?) ON CONFLICT DO UPDATE"
                        + " SET queued = queued + excluded.queued, running = running + excluded.running",
                workspace,
                model,
                lane,
                queuedDelta,
                runningDelta);
    }

    @Override
    public int unended() {
        return sql.count("SELECT coalesce(sum(queued + running), 0) FROM lane");
    }

    @Override
    public int unended(long workspace) {
        return sql.count(
                "SELECT coalesce(sum(queued + running), 0) FROM workspace_lane WHERE workspace = ?", workspace);
    }

    @Override
    public List<WorkspaceDepth> deepest(int limit) {
        return sql.list("""
                SELECT w.name, sum(iif(l.lane = 1, l.queued, 0)), sum(iif(l.lane = 0, l.queued, 0)), sum(l.running)
                FROM workspace_lane l JOIN workspace w ON w.key = l.workspace
                GROUP BY w.key HAVING sum(l.queued + l.running) > 0
                ORDER BY sum(l.queued + l.running) DESC, w.name LIMIT ?
                """, row -> new WorkspaceDepth(row.text(), row.count(), row.count(), row.count()), limit);
    }
}
