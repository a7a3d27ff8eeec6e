package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.WorkspaceDepth;
import java.util.List;

/** The state of the lanes, the shares of the workspaces in them, and their counters. */
public interface Lanes {

    LaneState find(String model, Priority lane);

    /** Writes virtual time and passed; the counters are changed by {@link #count}. */
    void save(LaneState state);

    WorkspaceLane share(long workspace, String model, Priority lane);

    /** Writes last tag and heads; the counters are changed by {@link #count}. */
    void save(WorkspaceLane share);

    /** Changes the counters of a lane and of the workspace's share in it. */
    void count(long workspace, String model, Priority lane, int queuedDelta, int runningDelta);

    /** Queued and running messages of the whole server. */
    int unended();

    /** Queued and running messages of a workspace. */
    int unended(long workspace);

    /** The workspaces with most unended messages, descending. */
    List<WorkspaceDepth> deepest(int limit);
}
