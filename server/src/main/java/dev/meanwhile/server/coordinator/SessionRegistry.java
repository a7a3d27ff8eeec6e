package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.CancelCause;
import dev.meanwhile.server.domain.Ids;
import dev.meanwhile.server.domain.LaneEventKind;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionCounts;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.domain.Workspace;
import dev.meanwhile.server.queue.MessageQueue;
import dev.meanwhile.server.store.CorruptTextException;
import dev.meanwhile.server.store.RequestMatch;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes, changes, closes and deletes sessions. */
public final class SessionRegistry {
    private static final int NAMES_TRIED = 8;
    private final Storage storage;
    private final MessageQueue queue;
    private final Cancellation cancellation;
    private final Signals signals;
    private final Models models;
    private final Ids ids;
    private final RandomGenerator random;

    public SessionRegistry(
            Storage storage,
            MessageQueue queue,
            Cancellation cancellation,
            Signals signals,
            Models models,
            Ids ids,
            RandomGenerator random) {
        this.storage = storage;
        this.queue = queue;
        this.cancellation = cancellation;
        this.signals = signals;
        this.models = models;
        this.ids = ids;
        this.random = random;
    }

    /** A session, with its instruction where the call gives it. */
    public record Detail(Session session, String instruction, boolean duplicate) {}

    /** What a session is made from; empty = chosen by the server, request id empty = no deduplication. */
    public record Creation(
            String workspace, String sessionId, String name, String model, String instruction, String requestId) {}

    /** What changes; null = stays, empty = cleared. */
    public record Change(
            String workspace,
            String sessionId,
            @Nullable String name,
            @Nullable String model,
            @Nullable String instruction) {}

    /** A page of sessions by number, and the active one. */
    public record Page(List<Session> sessions, @Nullable String activeSessionId, boolean more) {}

    /** A closed session and how many messages that cancelled. */
    public record Closed(Session session, int cancelled) {}

    public Detail create(Creation wish) {
        byte[] hash = PayloadHash.of(wish.sessionId(), wish.name(), wish.model(), wish.instruction());
        String id = wish.sessionId().isEmpty() ? ids.random() : wish.sessionId();
        String epochSeed = ids.random();
        return storage.inTransaction(Caller.USER, tx -> {
            Workspace known = tx.workspaces().find(wish.workspace());
            if (known != null && !wish.requestId().isEmpty()) {
                RequestMatch match = tx.sessions().findRequest(known.key(), wish.requestId());
                if (match != null) {
                    return duplicate(tx, match, hash, wish.requestId());
                }
            }
            String model = models.resolve(wish.model());
            if (known != null && tx.sessions().find(known.key(), id) != null) {
                throw Refusal.sessionExists(id);
            }
            if (known != null && tx.sessions().findByName(known.key(), wish.name()) != null) {
                throw Refusal.nameTaken(wish.name());
            }
            Workspace workspace = known == null ? tx.workspaces().create(wish.workspace()) : known;
            int number = tx.workspaces().takeSessionNumber(workspace.key());
            Session fresh = new Session(
                    0,
                    workspace.key(),
                    workspace.name(),
                    id,
                    number,
                    wish.name().isEmpty() ? freeName(tx, workspace.key(), number) : wish.name(),
                    model,
                    SessionState.OPEN,
                    false,
                    epochSeed + "-" + tx.settings().get("generation"),
                    !wish.instruction().isEmpty(),
                    tx.now(),
                    null,
                    0,
                    0,
                    SessionCounts.ZERO,
                    TokenUsage.NONE,
                    null);
            String requestId = wish.requestId().isEmpty() ? null : wish.requestId();
            long key = tx.sessions().insert(fresh, requestId, hash);
            if (fresh.hasInstruction()) {
                tx.sessions().setInstruction(key, wish.instruction());
            }
            boolean active = workspace.activeSession() == null;
            if (active) {
                tx.workspaces().setActive(workspace, key);
            }
            tx.afterCommit(() -> {
                ServiceLog.sessionCreated(id, number, active);
                signals.sessionChanged(key, workspace.name());
            });
            return new Detail(Objects.requireNonNull(tx.sessions().find(key)), wish.instruction(), false);
        });
    }

    public Detail get(String workspace, String sessionId) {
        return storage.read(tx -> detail(tx, Lookup.session(tx, workspace, sessionId)));
    }

    /** Sessions beyond that number, in any state if it is null. */
    public Page list(String workspace, @Nullable SessionState state, int afterNumber, int size) {
        return storage.read(tx -> {
            Workspace found = tx.workspaces().find(workspace);
            if (found == null) {
                return new Page(List.of(), null, false);
            }
            List<Session> sessions = tx.sessions().list(found.key(), state, afterNumber, size + 1);
            Long activeKey = found.activeSession();
            Session active = activeKey == null ? null : tx.sessions().find(activeKey);
            boolean more = sessions.size() > size;
            return new Page(more ? sessions.subList(0, size) : sessions, active == null ? null : active.id(), more);
        });
    }

    public Detail update(Change change) {
        return storage.inTransaction(Caller.USER, tx -> {
            Session before = Lookup.session(tx, change.workspace(), change.sessionId());
            if (before.state() == SessionState.CLOSED) {
                throw Refusal.sessionClosed(before.id());
            }
            Session after = before;
            String model = change.model();
            if (model != null) {
                after = after.withModel(models.resolve(model));
            }
            String name = change.name();
            if (name != null && !name.equals(before.name())) {
                if (tx.sessions().findByName(before.workspaceKey(), name) != null) {
                    throw Refusal.nameTaken(name);
                }
                after = after.withName(name.isEmpty() ? freeName(tx, before.workspaceKey(), before.number()) : name);
            }
            String instruction = change.instruction();
            if (instruction == null) {
                instruction = instruction(tx, before);
            } else {
                tx.sessions().setInstruction(before.key(), instruction.isEmpty() ? null : instruction);
                after = after.withInstruction(!instruction.isEmpty());
            }
            tx.sessions().save(after);
            if (!after.model().equals(before.model())) {
                queue.reprioritize(tx, before, after, LaneEventKind.MODEL_CHANGED);
            }
            tx.afterCommit(() -> signals.sessionChanged(before.key(), before.workspace()));
            return new Detail(after, instruction, false);
        });
    }

    public Closed close(String workspace, String sessionId, boolean cancelPending) {
        Session closed = storage.inTransaction(Caller.USER, tx -> {
            Session before = Lookup.session(tx, workspace, sessionId);
            return before.state() == SessionState.CLOSED ? before : end(tx, before, SessionState.CLOSED, cancelPending);
        });
        if (!cancelPending) {
            return new Closed(closed, 0);
        }
        int cancelled = cancellation.cancelAll(closed.key(), CancelCause.SESSION_CLOSED);
        Session now = storage.read(tx -> tx.sessions().find(closed.key()));
        return new Closed(now == null ? closed : now, cancelled);
    }

    /** @return whether there was one */
    public boolean delete(String workspace, String sessionId, boolean allowMissing) {
        return storage.inTransaction(Caller.USER, tx -> {
            Workspace found = tx.workspaces().find(workspace);
            Session before = found == null ? null : tx.sessions().find(found.key(), sessionId);
            if (before == null) {
                if (allowMissing) {
                    return false;
                }
                throw Refusal.sessionNotFound(workspace, sessionId);
            }
            end(tx, before, SessionState.DELETED, false);
            tx.afterCommit(signals::purgeAvailable);
            return true;
        });
    }

    private Session end(Transaction tx, Session before, SessionState state, boolean cancelPending) {
        if (before.active()) {
            tx.workspaces().setActive(Objects.requireNonNull(tx.workspaces().find(before.workspace())), null);
        }
        Session after = before.ended(state, tx.now());
        if (state == SessionState.DELETED) {
            queue.drop(tx, before);
            after = after.withCounts(SessionCounts.ZERO);
            tx.afterCommit(() -> ServiceLog.sessionDeleted(before.id()));
        } else {
            queue.reprioritize(tx, before, after, LaneEventKind.LANE_CHANGED);
            tx.afterCommit(() -> ServiceLog.sessionClosed(before.id(), cancelPending));
        }
        tx.sessions().save(after);
        tx.afterCommit(() -> signals.sessionChanged(before.key(), before.workspace()));
        return after;
    }

    private static Detail duplicate(Transaction tx, RequestMatch match, byte[] hash, String requestId) {
        if (!Arrays.equals(match.payloadHash(), hash)) {
            throw Refusal.requestIdReused(requestId);
        }
        Detail found = detail(tx, Objects.requireNonNull(tx.sessions().find(match.key())));
        return new Detail(found.session(), found.instruction(), true);
    }

    private static Detail detail(Transaction tx, Session session) {
        return new Detail(session, instruction(tx, session), false);
    }

    private static String instruction(Transaction tx, Session session) {
        try {
            return session.hasInstruction() ? tx.sessions().instruction(session.key()) : "";
        } catch (CorruptTextException e) {
            throw Refusal.logCorrupt(session.id(), e.sequence());
        }
    }

    private String freeName(Transaction tx, long workspace, int number) {
        String name = FriendlyNames.next(random);
        for (int i = 0; i < NAMES_TRIED && tx.sessions().findByName(workspace, name) != null; i++) {
            name = FriendlyNames.next(random);
        }
        // Numbers are never used again, but somebody may have chosen such a name by hand.
        for (int suffix = number; tx.sessions().findByName(workspace, name) != null; suffix++) {
            name = FriendlyNames.next(random) + "-" + suffix;
        }
        return name;
    }
}
