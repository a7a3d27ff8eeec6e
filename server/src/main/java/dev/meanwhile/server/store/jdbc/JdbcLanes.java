package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.WorkspaceDepth;
import dev.meanwhile.server.store.LaneState;
import dev.meanwhile.server.store.Lanes;
import dev.meanwhile.server.store.WorkspaceLane;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lanes, which every command reads and changes: kept in memory by the one connection that writes them, and written
 * before its commit ({@link #flush}), once for all commands in it. What is here is what the tables will hold, so it
 * must not outlive a rollback; a connection that only reads forgets it with each transaction.
 */
final class JdbcLanes implements Lanes {
    private static final Priority[] PRIORITIES = Priority.values();

    /** Workspaces kept from one commit to the next. */
    private static final int WORKSPACES_KEPT = 10_000;

    private final Sql sql;
    private final Map<Long, Map<Place, Share>> workspaces = new HashMap<>();
    private final Set<Lane> changedLanes = new LinkedHashSet<>();
    private final Set<Share> changedShares = new LinkedHashSet<>();
    private @Nullable Map<Place, Lane> lanes;

    JdbcLanes(Sql sql) {
        this.sql = sql;
    }

    private record Place(String model, Priority lane) {}

    /** A row of the table lane. */
    private static final class Lane {
        LaneState state;

        Lane(LaneState state) {
            this.state = state;
        }
    }

    /** A row of the table workspace_lane. */
    private static final class Share {
        WorkspaceLane place;
        int queued;
        int running;

        Share(WorkspaceLane place, int queued, int running) {
            this.place = place;
            this.queued = queued;
            this.running = running;
        }
    }

    @Override
    public LaneState find(String model, Priority lane) {
        return laneAt(new Place(model, lane)).state;
    }

    @Override
    public void save(LaneState state) {
        Lane lane = laneAt(new Place(state.model(), state.lane()));
        lane.state = new LaneState(
                state.model(),
                state.lane(),
                state.virtualTime(),
                state.passed(),
                lane.state.queued(),
                lane.state.running());
        changed(lane);
    }

    @Override
    public WorkspaceLane share(long workspace, String model, Priority lane) {
        return shareAt(workspace, new Place(model, lane)).place;
    }

    @Override
    public void save(WorkspaceLane place) {
        Share share = shareAt(place.workspace(), new Place(place.model(), place.lane()));
        share.place = place;
        changed(share);
    }

    @Override
    public void count(long workspace, String model, Priority lane, int queuedDelta, int runningDelta) {
        if (queuedDelta == 0 && runningDelta == 0) {
            return;
        }
        Place place = new Place(model, lane);
        Lane row = laneAt(place);
        row.state = new LaneState(
                model,
                lane,
                row.state.virtualTime(),
                row.state.passed(),
                row.state.queued() + queuedDelta,
                row.state.running() + runningDelta);
        changed(row);
        Share share = shareAt(workspace, place);
        share.queued += queuedDelta;
        share.running += runningDelta;
        changed(share);
    }

    @Override
    public int unended() {
        int sum = 0;
        for (Lane lane : lanes().values()) {
            sum += lane.state.queued() + lane.state.running();
        }
        return sum;
    }

    @Override
    public int unended(long workspace) {
        int sum = 0;
        for (Share share : shares(workspace).values()) {
            sum += share.queued + share.running;
        }
        return sum;
    }

    @Override
    public List<WorkspaceDepth> deepest(int limit) {
        flush();
        return sql.list("""
                SELECT w.name, sum(iif(l.lane = 1, l.queued, 0)), sum(iif(l.lane = 0, l.queued, 0)), sum(l.running)
                FROM workspace_lane l JOIN workspace w ON w.key = l.workspace
                GROUP BY w.key HAVING sum(l.queued + l.running) > 0
                ORDER BY sum(l.queued + l.running) DESC, w.name LIMIT ?
                """, row -> new WorkspaceDepth(row.text(), row.count(), row.count(), row.count()), limit);
    }

    /** Writes what changed; to be called before COMMIT. */
    void flush() {
        for (Lane lane : changedLanes) {
            sql.update(
                    "INSERT OR REPLACE INTO lane VALUES (?, ?, ?, ?, ?, ?)",
                    lane.state.model(),
                    lane.state.lane(),
                    lane.state.virtualTime(),
                    lane.state.passed(),
                    lane.state.queued(),
                    lane.state.running());
        }
        changedLanes.clear();
        for (Share share : changedShares) {
            sql.update(
                    "INSERT OR REPLACE INTO workspace_lane VALUES (?, ?, ?, ?, ?, ?, ?)",
                    share.place.workspace(),
                    share.place.model(),
                    share.place.lane(),
                    share.place.lastTag(),
                    share.place.heads(),
                    share.queued,
                    share.running);
        }
        changedShares.clear();
        if (workspaces.size() > WORKSPACES_KEPT) {
            workspaces.clear();
        }
    }

    /** For a connection that only reads: others may have changed the tables. */
    void forget() {
        lanes = null;
        workspaces.clear();
    }

    private Lane laneAt(Place place) {
        return lanes().computeIfAbsent(place, at -> new Lane(new LaneState(at.model(), at.lane(), 0, 0, 0, 0)));
    }

    private Share shareAt(long workspace, Place place) {
        return shares(workspace)
                .computeIfAbsent(
                        place, at -> new Share(new WorkspaceLane(workspace, at.model(), at.lane(), 0, 0), 0, 0));
    }

    private Map<Place, Lane> lanes() {
        Map<Place, Lane> known = lanes;
        if (known == null) {
            known = new HashMap<>();
            for (LaneState state : sql.list(
                    "SELECT model, lane, virtual_time, passed, queued, running FROM lane",
                    row -> new LaneState(
                            row.text(), row.one(PRIORITIES), row.number(), row.count(), row.count(), row.count()))) {
                known.put(new Place(state.model(), state.lane()), new Lane(state));
            }
            lanes = known;
        }
        return known;
    }

    private Map<Place, Share> shares(long workspace) {
        Map<Place, Share> known = workspaces.get(workspace);
        if (known == null) {
            known = new HashMap<>();
            for (Share share : sql.list(
                    "SELECT model, lane, last_tag, heads, queued, running FROM workspace_lane WHERE workspace = ?",
                    row -> new Share(
                            new WorkspaceLane(workspace, row.text(), row.one(PRIORITIES), row.number(), row.count()),
                            row.count(),
                            row.count()),
                    workspace)) {
                known.put(new Place(share.place.model(), share.place.lane()), share);
            }
            workspaces.put(workspace, known);
        }
        return known;
    }

    private void changed(Lane lane) {
        sql.noteWrite();
        changedLanes.add(lane);
    }

    private void changed(Share share) {
        sql.noteWrite();
        changedShares.add(share);
    }
}
