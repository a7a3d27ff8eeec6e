package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.Priority;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The oldest unended message of a session, and its place.
 *
 * @param tag its place in the lane; lower goes first, ties by message key
 * @param otherTag its last place in the other lane of the same model, 0 = none
 * @param dueTime between attempts: when the next one is or was due; it stays until that one begins
 * @param events how many times it got a place
 */
public record Head(
        long session,
        long message,
        long workspace,
        String model,
        Priority lane,
        long tag,
        long otherTag,
        Status status,
        @Nullable Instant dueTime,
        int events) {

    /** Where a head is. The order is stored: append only. */
    public enum Status {
        IN_LANE,
        RUNNING,
        RETRYING
    }

    public Head running() {
        return new Head(session, message, workspace, model, lane, tag, otherTag, Status.RUNNING, null, events);
    }

    public Head retrying(Instant due) {
        return new Head(session, message, workspace, model, lane, tag, otherTag, Status.RETRYING, due, events);
    }

    /** A tag is valid only in the model and lane that gave it; 0 = it has none there. */
    public Head movedTo(String newModel, Priority newLane) {
        if (!newModel.equals(model)) {
            return new Head(session, message, workspace, newModel, newLane, 0, 0, status, dueTime, events);
        }
        return newLane == lane
                ? this
                : new Head(session, message, workspace, model, newLane, otherTag, tag, status, dueTime, events);
    }

    public Head placed(long newTag) {
        return new Head(
                session, message, workspace, model, lane, newTag, otherTag, Status.IN_LANE, dueTime, events + 1);
    }
}
