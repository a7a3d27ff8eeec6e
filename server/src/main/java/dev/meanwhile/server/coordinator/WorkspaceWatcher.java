package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.coordinator.WatchSink.Changes;
import dev.meanwhile.server.domain.Notification;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.domain.Workspace;
import dev.meanwhile.server.responses.Pump;
import dev.meanwhile.server.responses.Silence;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream over a workspace: its whole state, then what changes. It remembers which sessions changed, not what
 * happened to them, so a slow reader skips states in between and costs no more than the workspace is large.
 */
public final class WorkspaceWatcher implements AutoCloseable {
    private static final int SESSIONS_PER_READ = 200;
    private static final int NOTIFICATIONS_AT_START = 1_000;
    private static final int NOTIFICATIONS_PER_SESSION = 100;

    private final Storage storage;
    private final String workspace;
    private final WatchSink sink;
    private final Pump pump;
    private final Consumer<WorkspaceWatcher> onClose;
    private final Signals.Subscription subscription;
    private final Set<Long> dirty = ConcurrentHashMap.newKeySet();
    private final Map<Long, String> sentSessions = new HashMap<>();
    private final TreeMap<Long, Long> sentNotifications = new TreeMap<>();
    private int lastNumber;
    private boolean sessionsSent;
    private boolean caughtUp;
    private final Silence silence = new Silence();
    private volatile boolean closed;
    private volatile boolean draining;
    private volatile boolean heartbeatDue;

    WorkspaceWatcher(
            Storage storage,
            Signals signals,
            String workspace,
            WatchSink sink,
            Executor executor,
            Consumer<WorkspaceWatcher> onClose) {
        this.storage = storage;
        this.workspace = workspace;
        this.sink = sink;
        this.pump = new Pump(executor, this::run);
        this.onClose = onClose;
        this.subscription = signals.onWorkspace(workspace, session -> {
            dirty.add(session);
            wake();
        });
    }

    /** There may be something to do: a change, room in the sink, a heartbeat that is due. */
    public void wake() {
        if (!closed) {
            pump.wake();
        }
    }

    void beat() {
        heartbeatDue = true;
        wake();
    }

    void drain() {
        draining = true;
        wake();
    }

    Silence silence() {
        return silence;
    }

    /** The reader is gone. */
    @Override
    public void close() {
        closed = true;
        subscription.close();
        onClose.accept(this);
    }

    private void run() {
        try {
            boolean more = true;
            while (more && !closed && sink.ready()) {
                more = emit();
            }
        } catch (Refusal refusal) {
            close();
            sink.failed(refusal);
        } catch (RuntimeException e) {
            String errorId = Long.toHexString(ThreadLocalRandom.current().nextLong());
            ServiceLog.unexpected("a watch (error_id " + errorId + ")", e);
            close();
            sink.failed(Refusal.internal(errorId));
        }
    }

    /** Sends the next piece; false = nothing to send now. */
    private boolean emit() {
        if (draining) {
            close();
            sink.draining();
            return false;
        }
        if (!sessionsSent) {
            Changes page = storage.read(this::nextPage);
            sessionsSent = page.sessions().size() < SESSIONS_PER_READ;
            sink.changes(page);
        } else if (!caughtUp) {
            Changes news = storage.read(this::allNotifications);
            if (!news.notifications().isEmpty()) {
                sink.changes(news);
            }
            caughtUp = true;
            sink.caughtUp();
        } else if (!dirty.isEmpty()) {
            sink.changes(storage.read(this::changed));
        } else if (heartbeatDue) {
            heartbeatDue = false;
            sink.heartbeat();
        } else {
            return false;
        }
        silence.broken();
        return true;
    }

    private Changes nextPage(Transaction tx) {
        Workspace found = tx.workspaces().find(workspace);
        List<Session> sessions =
                found == null ? List.of() : tx.sessions().list(found.key(), null, lastNumber, SESSIONS_PER_READ);
        for (Session session : sessions) {
            sentSessions.put(session.key(), session.id());
            lastNumber = session.number();
        }
        return new Changes(sessions, List.of(), List.of(), List.of(), activeId(tx, found));
    }

    private Changes allNotifications(Transaction tx) {
        Workspace found = tx.workspaces().find(workspace);
        List<Notification> news = found == null
                ? List.of()
                : tx.notifications().before(found.key(), null, Long.MAX_VALUE, NOTIFICATIONS_AT_START);
        remember(news);
        return new Changes(List.of(), List.of(), news, List.of(), activeId(tx, found));
    }

    private Changes changed(Transaction tx) {
        Workspace found = tx.workspaces().find(workspace);
        List<Session> sessions = new ArrayList<>();
        List<String> deleted = new ArrayList<>();
        List<Notification> added = new ArrayList<>();
        List<Long> removed = new ArrayList<>();
        for (long key : takeDirty()) {
            Session session = tx.sessions().find(key);
            List<Notification> now = List.of();
            if (session == null || session.state() == SessionState.DELETED) {
                String id = sentSessions.remove(key);
                if (id != null) {
                    deleted.add(id);
                }
            } else {
                sentSessions.put(key, session.id());
                sessions.add(session);
                now = tx.notifications().before(session.workspaceKey(), key, Long.MAX_VALUE, NOTIFICATIONS_PER_SESSION);
            }
            for (Notification notification : now) {
                if (!sentNotifications.containsKey(notification.number())) {
                    added.add(notification);
                }
            }
            sentNotifications.forEach((number, owner) -> {
                if (owner == key && (found == null || tx.notifications().find(found.key(), number) == null)) {
                    removed.add(number);
                }
            });
        }
        removed.forEach(sentNotifications::remove);
        remember(added);
        return new Changes(sessions, deleted, added, removed, activeId(tx, found));
    }

    private Set<Long> takeDirty() {
        Set<Long> taken = new LinkedHashSet<>();
        for (long key : dirty) {
            if (taken.size() == SESSIONS_PER_READ) {
                break;
            }
            taken.add(key);
        }
        dirty.removeAll(taken);
        return taken;
    }

    private void remember(List<Notification> news) {
        for (Notification notification : news) {
            sentNotifications.put(notification.number(), notification.sessionKey());
        }
    }

    private static @Nullable String activeId(Transaction tx, @Nullable Workspace workspace) {
        Long key = workspace == null ? null : workspace.activeSession();
        Session active = key == null ? null : tx.sessions().find(key);
        return active == null ? null : active.id();
    }
}
