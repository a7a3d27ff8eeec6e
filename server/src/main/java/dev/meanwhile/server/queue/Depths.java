package dev.meanwhile.server.queue;

import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionCounts;
import dev.meanwhile.server.store.Transaction;

/** Keeps the lanes' counters in step with the sessions': what a session has queued counts where it wants to run. */
final class Depths {
    private Depths() {}

    /** Moves the counters from what the session contributed to what it contributes now. */
    static void shift(Transaction tx, Session before, Session after) {
        for (Priority lane : Priority.values()) {
            int was = queued(before, lane);
            int is = queued(after, lane);
            if (before.model().equals(after.model())) {
                tx.lanes().count(after.workspaceKey(), after.model(), lane, is - was, 0);
            } else {
                tx.lanes().count(before.workspaceKey(), before.model(), lane, -was, 0);
                tx.lanes().count(after.workspaceKey(), after.model(), lane, is, 0);
            }
        }
    }

    /** Queued messages of the session that want the lane. */
    static int queued(Session session, Priority lane) {
        SessionCounts counts = session.counts();
        int overridden = lane == Priority.HIGH ? counts.queuedHigh() : counts.queuedLow();
        return overridden + (session.wants() == lane ? counts.queuedPlain() : 0);
    }
}
