package dev.meanwhile.server.domain;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One conversation as its row says.
 *
 * @param key number of the session in the store, never used again
 * @param active whether it is the active session of its workspace
 * @param lastSequence newest sequence of its response log, 0 = none
 * @param readSequence everything up to here has been read
 * @param retryTime while its message is between attempts: when the next one is or was due
 */
public record Session(
        long key,
        long workspaceKey,
        String workspace,
        String id,
        int number,
        String name,
        String model,
        SessionState state,
        boolean active,
        String epoch,
        boolean hasInstruction,
        Instant createTime,
        @Nullable Instant closeTime,
        long lastSequence,
        long readSequence,
        SessionCounts counts,
        TokenUsage usage,
        @Nullable Instant retryTime) {

    /** The lane that messages without an override want. */
    public Priority wants() {
        return active && state == SessionState.OPEN ? Priority.HIGH : Priority.LOW;
    }

    /** The lane that a message with this override wants. */
    public Priority wants(@Nullable Priority override) {
        return override == null ? wants() : override;
    }

    /** Whether the other differs in nothing that its users or operators chose. */
    public boolean describedAs(Session other) {
        return state == other.state
                && hasInstruction == other.hasInstruction
                && name.equals(other.name)
                && model.equals(other.model)
                && Objects.equals(closeTime, other.closeTime);
    }

    public Session withCounts(SessionCounts changed) {
        return copy(name, model, state, active, hasInstruction, closeTime, lastSequence, readSequence, changed, usage);
    }

    public Session withUsage(TokenUsage changed) {
        return copy(name, model, state, active, hasInstruction, closeTime, lastSequence, readSequence, counts, changed);
    }

    public Session withLastSequence(long changed) {
        return copy(name, model, state, active, hasInstruction, closeTime, changed, readSequence, counts, usage);
    }

    public Session withReadSequence(long changed) {
        return copy(name, model, state, active, hasInstruction, closeTime, lastSequence, changed, counts, usage);
    }

    public Session withActive(boolean changed) {
        return changed == active
                ? this
                : copy(
                        name,
                        model,
                        state,
                        changed,
                        hasInstruction,
                        closeTime,
                        lastSequence,
                        readSequence,
                        counts,
                        usage);
    }

    public Session withName(String changed) {
        return copy(
                changed, model, state, active, hasInstruction, closeTime, lastSequence, readSequence, counts, usage);
    }

    public Session withModel(String changed) {
        return copy(name, changed, state, active, hasInstruction, closeTime, lastSequence, readSequence, counts, usage);
    }

    public Session withInstruction(boolean changed) {
        return copy(name, model, state, active, changed, closeTime, lastSequence, readSequence, counts, usage);
    }

    public Session withRetryTime(@Nullable Instant changed) {
        if (Objects.equals(changed, retryTime)) {
            return this;
        }
        return new Session(
                key,
                workspaceKey,
                workspace,
                id,
                number,
                name,
                model,
                state,
                active,
                epoch,
                hasInstruction,
                createTime,
                closeTime,
                lastSequence,
                readSequence,
                counts,
                usage,
                changed);
    }

    /** Closed or deleted; not active any more. */
    public Session ended(SessionState changed, Instant time) {
        Instant closed = closeTime == null ? time : closeTime;
        return copy(name, model, changed, false, hasInstruction, closed, lastSequence, readSequence, counts, usage);
    }

    private Session copy(
            String newName,
            String newModel,
            SessionState newState,
            boolean newActive,
            boolean newHasInstruction,
            @Nullable Instant newCloseTime,
            long newLastSequence,
            long newReadSequence,
            SessionCounts newCounts,
            TokenUsage newUsage) {
        return new Session(
                key,
                workspaceKey,
                workspace,
                id,
                number,
                newName,
                newModel,
                newState,
                newActive,
                epoch,
                newHasInstruction,
                createTime,
                newCloseTime,
                newLastSequence,
                newReadSequence,
                newCounts,
                newUsage,
                retryTime);
    }
}
