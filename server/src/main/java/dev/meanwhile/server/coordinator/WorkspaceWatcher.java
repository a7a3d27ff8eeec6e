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
    private static final int NOTIFICATIONS_PER_READ = 200;

    private final Storage storage;
    private final String workspace;
    private final WatchSink sink;
    private final Pump pump;
    private final Consumer<WorkspaceWatcher> onClose;
    private final Set<Long> dirty = ConcurrentHashMap.newKeySet();
    private final Map<Long, String> sentSessions = new HashMap<>();
    private final TreeMap<Long, Long> sentNotifications = new TreeMap<>();
    private final Map<Long, Integer> pendingSeen = new HashMap<>();
    private int lastNumber;
    private long lastNotification;
    private boolean moreNotifications;
    private boolean sessionsSent;
    private boolean caughtUp;
    private final Silence silence = new Silence();
    private volatile Signals.@Nullable Subscription subscription;
    private volatile boolean closed;
    private volatile boolean draining;
    private volatile boolean heartbeatDue;

    WorkspaceWatcher(
            Storage storage, String workspace, WatchSink sink, Executor executor, Consumer<WorkspaceWatcher> onClose) {
        this.storage = storage;
        this.workspace = workspace;
        this.sink = sink;
        this.pump = new Pump(executor, this::run);
        this.onClose = onClose;
    }

    /** From now on it hears of the workspace; whoever keeps it knows it by then, since it may close at once. */
    void listen(Signals signals) {
        Signals.Subscription made = signals.onWorkspace(workspace, session -> {
            dirty.add(session);
            wake();
        });
        subscription = made;
        if (closed) {
            made.close();
        }
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
        Signals.Subscription made = subscription;
        if (made != null) {
            made.close();
        }
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
        } catch (RuntimeException | Error e) {
            String errorId = Long.toHexString(ThreadLocalRandom.current().nextLong());
            ServiceLog.unexpected("a watch (error_id " + errorId + ")", e);
            close();
            sink.failed(Refusal.internal(errorId));
            if (e instanceof Error error) {
                throw error;
            }
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
        } else if (!dirty.isEmpty() || moreNotifications) {
            // Taken before the snapshot: what changes after it is marked again.
            Set<Long> taken = takeDirty();
            sink.changes(storage.read(tx -> changed(tx, taken)));
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

    private Changes changed(Transaction tx, Set<Long> taken) {
        Workspace found = tx.workspaces().find(workspace);
        List<Notification> added = found == null
                ? List.of()
                : tx.notifications().after(found.key(), lastNotification, NOTIFICATIONS_PER_READ);
        moreNotifications = added.size() == NOTIFICATIONS_PER_READ;
        List<Session> sessions = new ArrayList<>();
        List<String> deleted = new ArrayList<>();
        List<Long> removed = new ArrayList<>();
        for (long key : taken) {
            Session session = tx.sessions().find(key);
            if (session == null || session.state() == SessionState.DELETED) {
                String id = sentSessions.remove(key);
                // Another session may have that id by now; it replaces this one.
                if (id != null && (found == null || tx.sessions().find(found.key(), id) == null)) {
                    deleted.add(id);
                }
                pendingSeen.remove(key);
                removed.addAll(gone(tx, found, key));
            } else {
                sentSessions.put(key, session.id());
                sessions.add(session);
                if (mayBeGone(session, added)) {
                    removed.addAll(gone(tx, found, key));
                }
            }
        }
        removed.forEach(sentNotifications::remove);
        remember(added);
        return new Changes(sessions, deleted, added, removed, activeId(tx, found));
    }

    /** Whether the count of a session says that notifications sent before are no longer there. */
    private boolean mayBeGone(Session session, List<Notification> added) {
        int now = session.counts().notifications();
        Integer before = pendingSeen.put(session.key(), now);
        long posted = added.stream()
                .filter(news -> news.sessionKey() == session.key())
                .count();
        return before == null || moreNotifications || before + posted != now;
    }

    private List<Long> gone(Transaction tx, @Nullable Workspace found, long session) {
        List<Long> gone = new ArrayList<>();
        sentNotifications.forEach((number, owner) -> {
            if (owner == session && (found == null || tx.notifications().find(found.key(), number) == null)) {
                gone.add(number);
            }
        });
        return gone;
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
            lastNotification = Math.max(lastNotification, notification.number());
        }
    }

    private static @Nullable String activeId(Transaction tx, @Nullable Workspace workspace) {
        Long key = workspace == null ? null : workspace.activeSession();
        Session active = key == null ? null : tx.sessions().find(key);
        return active == null ? null : active.id();
    }
}
