package dev.meanwhile.server;

import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import dev.meanwhile.v1.WatchClosing;
import dev.meanwhile.v1.WatchWorkspaceRequest;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import dev.meanwhile.v1.WorkspaceChanges;
import io.grpc.Context;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What a client knows of a workspace that applies the watch's messages as the contract says, in the order they come. */
final class Mirror implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final int MAX_MESSAGE = 16 << 10;
    private final Context.CancellableContext context = Context.current().withCancellation();
    private final Iterator<WatchWorkspaceResponse> stream;
    private final NavigableMap<String, Session> sessions = new TreeMap<>();
    private final NavigableMap<Long, Notification> notifications = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private String active = "";
    private boolean caughtUp;
    private int messages;
    private WatchClosing closing = WatchClosing.getDefaultInstance();

    Mirror(SessionServiceBlockingStub users, String workspace) {
        Context before = context.attach();
        try {
            this.stream = users.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .watchWorkspace(WatchWorkspaceRequest.newBuilder()
                            .setWorkspace(workspace)
                            .build());
        } finally {
            context.detach(before);
        }
    }

    /** Watches the default workspace, with the whole state read. */
    static Mirror caughtUp(TestServer server) {
        return new Mirror(server.users(), "").until(mirror -> mirror.caughtUp);
    }

    /** Reads on until that holds. */
    Mirror until(Predicate<Mirror> condition) {
        while (!condition.test(this)) {
            if (!stream.hasNext()) {
                throw new AssertionError("the watch ended with " + closing);
            }
            apply(stream.next());
        }
        return this;
    }

    /** Reads to the end. */
    WatchClosing end() {
        stream.forEachRemaining(this::apply);
        return closing;
    }

    /** The session of that id, the default instance if it is not there. */
    Session session(String id) {
        return sessions.getOrDefault(id, Session.getDefaultInstance());
    }

    NavigableMap<String, Session> sessions() {
        return sessions;
    }

    NavigableMap<Long, Notification> notifications() {
        return notifications;
    }

    String active() {
        return active;
    }

    boolean isCaughtUp() {
        return caughtUp;
    }

    int messages() {
        return messages;
    }

    /** What the contract does not allow. */
    List<String> violations() {
        return violations;
    }

    @Override
    public void close() {
        context.cancel(null);
    }

    private void apply(WatchWorkspaceResponse response) {
        messages++;
        if (response.getSerializedSize() > MAX_MESSAGE) {
            violations.add("a message of " + response.getSerializedSize() + " bytes");
        }
        switch (response.getEventCase()) {
            case CHANGES -> apply(response.getChanges());
            case CAUGHT_UP -> caughtUp = true;
            case CLOSING -> closing = response.getClosing();
            case HEARTBEAT, EVENT_NOT_SET -> {}
        }
    }

    private void apply(WorkspaceChanges changes) {
        for (Session session : changes.getSessionsList()) {
            sessions.put(session.getSessionId(), session);
            if (changes.getDeletedSessionIdsList().contains(session.getSessionId())) {
                violations.add(session.getSessionId() + " in both");
            }
            if (!session.getSystemInstruction().isEmpty()) {
                violations.add("an instruction");
            }
        }
        changes.getDeletedSessionIdsList().forEach(sessions::remove);
        for (Notification news : changes.getNotificationsList()) {
            if (notifications.put(news.getNumber(), news) != null) {
                violations.add("notification " + news.getNumber() + " twice");
            }
        }
        for (long number : changes.getRemovedNotificationNumbersList()) {
            if (notifications.remove(number) == null) {
                violations.add("notification " + number + " removed, but never sent");
            }
        }
        active = changes.getActiveSessionId();
    }
}
