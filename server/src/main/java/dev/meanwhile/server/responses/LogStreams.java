package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.Workspace;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.GuideLog;
import dev.meanwhile.server.telemetry.Metrics;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Opens streams over logs, and gives each its heartbeat and, when the server ends, its orderly end. */
public final class LogStreams implements AutoCloseable {
    private final Storage storage;
    private final Signals signals;
    private final Metrics metrics;
    private final Heartbeats heartbeats;
    private final Set<LogFollower> open = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    public LogStreams(Storage storage, Signals signals, Duration heartbeat, Metrics metrics) {
        this.storage = storage;
        this.signals = signals;
        this.metrics = metrics;
        this.heartbeats = new Heartbeats(heartbeat, "heartbeats");
    }

    /**
     * Which part of a log.
     *
     * @param messageId empty = all messages
     * @param after the first entry is the one after this sequence, 0 = the very first
     * @param epoch empty = unchecked
     */
    public record Request(
            String workspace, String sessionId, String messageId, long after, String epoch, boolean follow) {}

    private record Checked(Session session, @Nullable Message message) {}

    /**
     * Starts a stream; what it sends begins with {@link LogSink#started}.
     *
     * @throws Refusal SESSION_NOT_FOUND, MESSAGE_NOT_FOUND, EPOCH_CHANGED or CURSOR_AHEAD
     */
    public LogFollower open(Request request, LogSink sink) {
        Checked checked = checked(request);
        Session session = checked.session();
        Long messageKey = checked.message() == null ? null : checked.message().key();
        LogCursor cursor =
                new LogCursor(session.key(), messageKey, request.after(), request.follow(), session.lastSequence());
        sink.started(session.epoch(), session.lastSequence());
        LogFollower follower = new LogFollower(storage, cursor, sink, this::closed);
        open.add(follower);
        metrics.streamOpened();
        if (draining) {
            follower.drain(); // it came in between
        }
        if (request.follow()) {
            follower.listen(signals, session.key());
            heartbeats.keep(follower.silence(), follower::beat, () -> open.contains(follower));
        }
        follower.wake();
        return follower;
    }

    /** Streams that are open now. */
    public int count() {
        return open.size();
    }

    /** Ends all streams in order. */
    public void drain() {
        draining = true;
        open.forEach(LogFollower::drain);
    }

    @Override
    public void close() {
        heartbeats.close();
    }

    private void closed(LogFollower follower) {
        if (open.remove(follower)) {
            metrics.streamClosed();
        }
    }

    private Checked checked(Request request) {
        try {
            return storage.read(tx -> check(tx, request));
        } catch (Refusal refusal) {
            if (refusal.reason() == Refusal.Reason.SESSION_NOT_FOUND) {
                GuideLog.retrieveSessionNotFound(request.sessionId());
            }
            throw refusal;
        }
    }

    private static Checked check(Transaction tx, Request request) {
        Workspace workspace = tx.workspaces().find(request.workspace());
        Session session = workspace == null ? null : tx.sessions().find(workspace.key(), request.sessionId());
        if (session == null) {
            throw Refusal.sessionNotFound(request.workspace(), request.sessionId());
        }
        Message message = null;
        if (!request.messageId().isEmpty()) {
            message = tx.messages().find(Objects.requireNonNull(workspace).key(), request.messageId());
            if (message == null) {
                throw Refusal.messageNotFound(request.workspace(), request.messageId());
            }
            if (message.sessionKey() != session.key()) {
                throw Refusal.messageOfAnotherSession(request.workspace(), request.sessionId(), request.messageId());
            }
        }
        if (!request.epoch().isEmpty() && !request.epoch().equals(session.epoch())) {
            throw Refusal.epochChanged(session.epoch());
        }
        if (request.after() > session.lastSequence()) {
            throw Refusal.cursorAhead(request.after(), session.lastSequence(), session.epoch());
        }
        return new Checked(session, message);
    }
}
