package dev.meanwhile.server.queue;

import dev.meanwhile.server.domain.LaneEventKind;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.store.Head;
import dev.meanwhile.server.store.LaneState;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.store.WorkspaceLane;
import org.jspecify.annotations.Nullable;

/**
 * Gives heads their place: self-clocked fair queuing between workspaces, in one integer. No clock takes part.
 *
 * <p>{@code tag = max(V, min(last tag of the workspace, V + its waiting heads)) + 1}, V being the highest tag claimed
 * in the lane. The +1 outside the max: else endless newcomers all get V and whoever has two messages waits for ever.
 * The min: submitting and cancelling leaves no debt.
 */
final class FairLanes {
    private FairLanes() {}

    /** A head that never had a place. */
    static Head newHead(Session session, long messageKey) {
        return new Head(
                session.key(),
                messageKey,
                session.workspaceKey(),
                session.model(),
                Priority.LOW,
                0,
                0,
                Head.Status.IN_LANE,
                null,
                0);
    }

    /** The head with the model and the lane that it wants now. */
    static Head wanted(Session session, Head head, @Nullable Priority override) {
        return head.movedTo(session.model(), session.wants(override));
    }

    /** Puts a head that stands in no lane into the one it wants; where it had a tag before, it keeps it. */
    static Head enter(Transaction tx, Session session, Head head, @Nullable Priority override, LaneEventKind kind) {
        Head wanted = wanted(session, head, override);
        WorkspaceLane share = tx.lanes().share(head.workspace(), wanted.model(), wanted.lane());
        boolean kept = wanted.tag() != 0;
        long tag = kept ? wanted.tag() : freshTag(tx.lanes().find(wanted.model(), wanted.lane()), share);
        tx.lanes().save(share.with(kept ? share.lastTag() : tag, share.heads() + 1));
        Head placed = wanted.placed(tag);
        tx.heads().save(placed);
        tx.heads().addEvent(placed, tx.now(), kind);
        return placed;
    }

    /** Takes a head out of its lane, if it stands in one; the caller saves or removes it. */
    static void leave(Transaction tx, Head head) {
        if (head.status() == Head.Status.IN_LANE) {
            WorkspaceLane share = tx.lanes().share(head.workspace(), head.model(), head.lane());
            tx.lanes().save(share.with(share.lastTag(), share.heads() - 1));
        }
    }

    private static long freshTag(LaneState lane, WorkspaceLane share) {
        long virtualTime = lane.virtualTime();
        return Math.max(virtualTime, Math.min(share.lastTag(), virtualTime + share.heads())) + 1;
    }
}
