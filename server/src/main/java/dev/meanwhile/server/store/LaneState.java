package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.Priority;

/**
 * One lane of one model.
 *
 * @param virtualTime the highest tag claimed
 * @param passed HIGH claims that went before a waiting LOW head since the last LOW claim (kept in the lane LOW)
 * @param queued QUEUED messages that want the lane
 * @param running RUNNING messages that were claimed from it
 */
public record LaneState(String model, Priority lane, long virtualTime, int passed, int queued, int running) {
    public LaneState claimedUpTo(long tag) {
        return new LaneState(model, lane, Math.max(virtualTime, tag), passed, queued, running);
    }

    public LaneState withPassed(int changed) {
        return new LaneState(model, lane, virtualTime, changed, queued, running);
    }
}
