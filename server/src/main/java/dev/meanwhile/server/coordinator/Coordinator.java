package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.CancelCause;
import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.Ids;
import dev.meanwhile.server.domain.LaneEventKind;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Notification;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.Route;
import dev.meanwhile.server.domain.RouteReason;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.domain.Submission;
import dev.meanwhile.server.domain.Workspace;
import dev.meanwhile.server.queue.MessageQueue;
import dev.meanwhile.server.store.RequestMatch;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.GuideLog;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Routes messages by the active session, and moves the active session. */
public final class Coordinator {
    private static final int SHOWN_NOTIFICATIONS = 100;
    private final Storage storage;
    private final MessageQueue queue;
    private final Cancellation cancellation;
    private final Signals signals;
    private final Ids ids;
    private final Clock clock;

    public Coordinator(
            Storage storage, MessageQueue queue, Cancellation cancellation, Signals signals, Ids ids, Clock clock) {
        this.storage = storage;
        this.queue = queue;
        this.cancellation = cancellation;
        this.signals = signals;
        this.ids = ids;
        this.clock = clock;
    }

    /** What a user submits; request id empty = no deduplication, override null = none. */
    public record Wish(
            String workspace,
            String sessionId,
            String text,
            String requestId,
            @Nullable Priority override,
            ConflictPolicy policy) {}

    /** What became of it. */
    public record Submitted(
            MessageView message,
            boolean duplicate,
            int aheadInSession,
            int high,
            int low,
            long logPosition,
            String epoch) {}

    /** All that is needed to go on in another session. */
    public record Switched(
            Session session,
            @Nullable String previousSessionId,
            int reprioritized,
            List<Turn> turns,
            boolean truncated,
            long resumeAfter,
            List<Notification> notifications) {}

    private record Moved(Session session, @Nullable String previousId, int reprioritized) {}

    /** Decides the route, and inserts message and place in one transaction; answers when it is on disk. */
    public CompletableFuture<Submitted> submit(Wish wish) {
        byte[] hash = PayloadHash.of(
                wish.sessionId(),
                wish.text(),
                String.valueOf(wish.override()),
                wish.policy().name());
        String id = ids.timeOrdered(clock.millis());
        int bytes = Utf8.length(wish.text());
        return storage.begin(tx -> {
            Workspace workspace = tx.workspaces().find(wish.workspace());
            if (workspace != null && !wish.requestId().isEmpty()) {
                RequestMatch match = tx.messages().findRequest(workspace.key(), wish.requestId());
                if (match != null) {
                    return duplicate(tx, match, hash, wish.requestId());
                }
            }
            Session session = Lookup.session(tx, wish.workspace(), workspace, wish.sessionId());
            if (session.state() == SessionState.CLOSED) {
                throw Refusal.sessionClosed(session.id());
            }
            int ahead = session.counts().unended();
            if (ahead > 0 && wish.policy() == ConflictPolicy.REJECT) {
                throw Refusal.sessionBusy(
                        session.id(),
                        Objects.requireNonNull(tx.messages().oldestUnended(session.key()))
                                .id());
            }
            queue.checkRoom(tx, session.workspaceKey());

            Submission submission = route(tx, Objects.requireNonNull(workspace), session, wish, ahead);
            boolean foreground = submission.route() == Route.FOREGROUND;
            tx.afterCommit(() -> tellRoute(session, submission, bytes));
            Message message = tx.messages().insert(session, id, submission, hash, wish.text());
            Session after = queue.offer(tx, session, message, bytes);
            if (wish.policy() == ConflictPolicy.INTERRUPT && ahead > 0) {
                after = interrupt(tx, after, id);
            }
            tx.sessions().save(after);
            tx.afterCommit(() -> {
                if (foreground) {
                    GuideLog.submittedToForeground();
                } else {
                    GuideLog.submittedToBackground();
                }
                signals.workspaceChanged(session.key(), session.workspace());
            });
            return submitted(tx, after, message, false, session.lastSequence());
        });
    }

    /** Makes the session the active one, and reads what its user missed. */
    public Switched activate(String workspace, String sessionId) {
        try {
            Moved moved = move(workspace, sessionId);
            Switched switched = storage.read(tx -> catchUp(tx, moved));
            tellCatchUp(switched);
            return switched;
        } catch (Refusal refusal) {
            if (refusal.reason() == Refusal.Reason.SESSION_NOT_FOUND) {
                GuideLog.retrieveSessionNotFound(sessionId);
            } else if (refusal.reason() == Refusal.Reason.STORAGE_BUSY) {
                GuideLog.spawnBusy(sessionId);
            }
            throw refusal;
        }
    }

    private Moved move(String workspace, String sessionId) {
        return storage.inTransaction(Caller.USER, tx -> {
            Workspace found = tx.workspaces().find(workspace);
            Session target = Lookup.session(tx, workspace, found, sessionId);
            if (target.state() == SessionState.CLOSED) {
                throw Refusal.sessionClosed(target.id());
            }
            Moved done = move(tx, Objects.requireNonNull(found), target);
            tx.afterCommit(() -> {
                ServiceLog.switched(target.id(), done.previousId(), done.reprioritized());
                GuideLog.spawnStarting(target.id());
            });
            return done;
        });
    }

    private Submission route(Transaction tx, Workspace workspace, Session session, Wish wish, int ahead) {
        Long activeKey = workspace.activeSession();
        Session active = activeKey == null
                ? null
                : session.active() ? session : tx.sessions().find(activeKey);
        RouteReason reason = session.active()
                ? RouteReason.SESSION_ACTIVE
                : active == null ? RouteReason.NO_ACTIVE_SESSION : RouteReason.OTHER_SESSION_ACTIVE;
        return new Submission(
                wish.requestId().isEmpty() ? null : wish.requestId(),
                session.active() ? Route.FOREGROUND : Route.BACKGROUND,
                reason,
                active == null ? null : active.id(),
                session.wants(wish.override()),
                wish.override(),
                wish.policy(),
                ahead,
                tx.now());
    }

    private static void tellRoute(Session session, Submission submission, int bytes) {
        GuideLog.isActiveSession(session.id(), session.active(), submission.activeSessionId());
        GuideLog.shouldProcessInBackground(session.active());
        if (submission.route() == Route.FOREGROUND) {
            GuideLog.routedToForeground(session.id());
            GuideLog.submittingToForeground(bytes);
        } else {
            GuideLog.routedToBackground(session.id());
            GuideLog.submittingToBackground(bytes);
        }
    }

    /** Ends what runs; what is queued keeps its place. */
    private Session interrupt(Transaction tx, Session session, String interruptingId) {
        Message oldest = Objects.requireNonNull(tx.messages().oldestUnended(session.key()));
        return oldest.state() == MessageState.RUNNING
                ? cancellation.cancel(tx, session, oldest, CancelCause.INTERRUPTED, interruptingId)
                : session;
    }

    private static Submitted duplicate(Transaction tx, RequestMatch match, byte[] hash, String requestId) {
        if (!Arrays.equals(match.payloadHash(), hash)) {
            throw Refusal.requestIdReused(requestId);
        }
        Message message = Objects.requireNonNull(tx.messages().find(match.key()));
        Session session = Objects.requireNonNull(tx.sessions().find(message.sessionKey()));
        tx.afterCommit(() -> ServiceLog.duplicate(session.id(), message.id()));
        long position = message.firstSequence() == 0 ? session.lastSequence() : message.firstSequence() - 1;
        return submitted(tx, session, message, true, position);
    }

    private static Submitted submitted(
            Transaction tx, Session session, Message message, boolean duplicate, long position) {
        int ahead = duplicate
                ? message.state().ended() ? 0 : tx.messages().countUnendedBefore(message)
                : session.counts().unended() - 1;
        return new Submitted(
                MessageView.of(tx, session, message),
                duplicate,
                ahead,
                tx.lanes().find(session.model(), Priority.HIGH).queued(),
                tx.lanes().find(session.model(), Priority.LOW).queued(),
                position,
                session.epoch());
    }

    private Moved move(Transaction tx, Workspace workspace, Session target) {
        Long previousKey = workspace.activeSession();
        Session previous = previousKey == null ? null : tx.sessions().find(previousKey);
        if (previous != null && previous.key() == target.key()) {
            return new Moved(target, target.id(), 0);
        }
        tx.workspaces().setActive(workspace, target.key());
        Session active = target.withActive(true);
        queue.reprioritize(tx, target, active, LaneEventKind.LANE_CHANGED);
        int changed = target.counts().queuedPlain();
        if (previous != null) {
            queue.reprioritize(tx, previous, previous.withActive(false), LaneEventKind.LANE_CHANGED);
            changed += previous.counts().queuedPlain();
        }
        tx.afterCommit(() -> {
            if (previous != null) {
                signals.sessionChanged(previous.key(), workspace.name());
            }
            signals.sessionChanged(target.key(), workspace.name());
        });
        return new Moved(active, previous == null ? null : previous.id(), changed);
    }

    private static Switched catchUp(Transaction tx, Moved moved) {
        Session session = moved.session();
        Session now = tx.sessions().find(session.key());
        if (now == null || now.state() == SessionState.DELETED) {
            throw Refusal.sessionNotFound(session.workspace(), session.id()); // deleted meanwhile
        }
        // Without news nothing is looked for: that would be a walk through all that the session ever answered.
        List<Notification> notifications = session.counts().notifications() == 0
                ? List.of()
                : tx
                        .notifications()
                        .before(session.workspaceKey(), session.key(), Long.MAX_VALUE, SHOWN_NOTIFICATIONS)
                        .stream()
                        .filter(news ->
                                news.terminalSequence() <= session.lastSequence()) // what came later is not in it
                        .toList();
        CatchUp.Folded folded = CatchUp.fold(tx, session, session.readSequence(), session.lastSequence());
        return new Switched(
                session,
                moved.previousId(),
                moved.reprioritized(),
                folded.turns(),
                folded.truncated(),
                folded.resumeAfter(),
                notifications);
    }

    private static void tellCatchUp(Switched switched) {
        String id = switched.session().id();
        GuideLog.spawnChecking(id);
        if (switched.notifications().isEmpty()) {
            GuideLog.spawnFoundNone(id);
        }
        for (Notification notification : switched.notifications()) {
            GuideLog.spawnFound(id, notification.state(), notification.route(), null);
        }
        List<Turn> answers = switched.turns().stream()
                .filter(turn -> !turn.answer().isEmpty())
                .toList();
        GuideLog.retrieved(answers.size(), id);
        int number = 1;
        for (Turn turn : answers) {
            GuideLog.displaying(number++, Utf8.length(turn.answer()));
        }
    }
}
