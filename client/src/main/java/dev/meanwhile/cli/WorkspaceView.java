package dev.meanwhile.cli;

import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import dev.meanwhile.v1.WorkspaceChanges;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of a workspace as its stream tells it, across reconnects: what is new is told once. Holds its sessions and
 * of its notifications one number and one time, both of which rise. After a restored backup the numbers begin again
 * below, and only the time tells what is new.
 */
final class WorkspaceView {
    /** The service begins a stream with at most so many notifications. */
    private static final int MOST_REPLAYED = 1_000;

    private final News news;
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, Session> replayedSessions = new HashMap<>();
    private final List<Notification> replayed = new ArrayList<>();
    private String active = "";
    private long told;
    private Instant toldUntil = Instant.MIN;
    private boolean replaying = true;
    private boolean begun;

    /** What there is to say. */
    interface News {
        /** The whole state, once. */
        void begins(List<Session> sessions, List<Notification> pending);

        /** A session is new or looks different. */
        void changed(Session session);

        void deleted(Session session);

        /** Once for each, in order. */
        void notified(Notification notification, @Nullable Session session);

        /** While there was no connection more came than the service tells afterwards. */
        void someMissed();
    }

    WorkspaceView(News news) {
        this.news = news;
    }

    /** As far as they are known. */
    List<Session> sessions() {
        return List.copyOf(sessions.values());
    }

    /** A stream begins, with the whole state. */
    void opened() {
        replaying = true;
        replayedSessions.clear();
        replayed.clear();
    }

    void received(WatchWorkspaceResponse response) {
        switch (response.getEventCase()) {
            case CHANGES -> {
                if (replaying) {
                    replay(response.getChanges());
                } else {
                    apply(response.getChanges());
                }
            }
            case CAUGHT_UP -> {
                if (replaying) {
                    replaying = false;
                    settle();
                }
            }
            case HEARTBEAT, CLOSING, EVENT_NOT_SET -> {
                // Nothing of the workspace.
            }
        }
    }

    private void replay(WorkspaceChanges changes) {
        changes.getSessionsList().forEach(s -> replayedSessions.put(s.getSessionId(), s));
        replayed.addAll(changes.getNotificationsList());
        active = changes.getActiveSessionId();
    }

    private void settle() {
        replayed.sort(Comparator.comparingLong(Notification::getNumber));
        if (begun) {
            List<Session> gone = sessions.values().stream()
                    .filter(s -> !replayedSessions.containsKey(s.getSessionId()))
                    .toList();
            gone.forEach(s -> delete(s.getSessionId()));
            replayedSessions.values().forEach(this::put);
            boolean cut =
                    replayed.size() >= MOST_REPLAYED && replayed.getFirst().getNumber() > told + 1;
            if (cut) {
                news.someMissed();
            }
            replayed.forEach(this::tell);
            return;
        }
        begun = true;
        replayedSessions.values().forEach(s -> sessions.put(s.getSessionId(), seen(s)));
        replayed.forEach(this::isNew);
        news.begins(
                sessions.values().stream()
                        .sorted(Comparator.comparingInt(Session::getNumber))
                        .toList(),
                List.copyOf(replayed));
    }

    private void apply(WorkspaceChanges changes) {
        Set<String> touched = new LinkedHashSet<>();
        touched.add(active);
        active = changes.getActiveSessionId();
        touched.add(active);
        changes.getDeletedSessionIdsList().forEach(this::delete);
        changes.getSessionsList().forEach(this::put);
        for (String id : touched) {
            Session session = sessions.get(id);
            if (session != null) {
                put(session);
            }
        }
        changes.getNotificationsList().stream()
                .sorted(Comparator.comparingLong(Notification::getNumber))
                .forEach(this::tell);
    }

    private void put(Session session) {
        Session now = seen(session);
        Session before = sessions.put(now.getSessionId(), now);
        if (before == null || !Words.line(before).equals(Words.line(now))) {
            news.changed(now);
        }
    }

    private void delete(String id) {
        Session gone = sessions.remove(id);
        if (gone != null) {
            news.deleted(gone);
        }
    }

    private void tell(Notification notification) {
        if (isNew(notification)) {
            news.notified(notification, sessions.get(notification.getSessionId()));
        }
    }

    /** Once for each. */
    private boolean isNew(Notification notification) {
        Instant created = Moment.of(notification.getCreateTime());
        boolean later = created.isAfter(toldUntil);
        if (!later && notification.getNumber() <= told) {
            return false;
        }
        told = notification.getNumber();
        toldUntil = later ? created : toldUntil;
        return true;
    }

    /** The pointer of the whole message is newer than the mark of a single session. */
    private Session seen(Session session) {
        return session.toBuilder()
                .setActive(session.getSessionId().equals(active))
                .build();
    }
}
