package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.Priority;

/**
 * The share of one workspace in one lane.
 *
 * @param lastTag the last tag given to a head of the workspace there
 * @param heads its heads that stand in the lane
 */
public record WorkspaceLane(long workspace, String model, Priority lane, long lastTag, int heads) {
    public WorkspaceLane with(long newLastTag, int newHeads) {
        return new WorkspaceLane(workspace, model, lane, newLastTag, newHeads);
    }
}
