package dev.meanwhile.server.domain;

import org.jspecify.annotations.Nullable;

/**
 * Counters in a session's row.
 *
 * @param queuedPlain QUEUED messages without an override: they want what the session wants
 * @param queuedHigh QUEUED messages with the override HIGH
 * @param queuedLow QUEUED messages with the override LOW
 * @param running 1 while a message is RUNNING, retries included
 * @param unread ended messages beyond the read cursor
 * @param notifications not acknowledged yet
 * @param answered ended messages with text
 */
public record SessionCounts(
        int queuedPlain, int queuedHigh, int queuedLow, int running, int unread, int notifications, int answered) {
    public static final SessionCounts ZERO = new SessionCounts(0, 0, 0, 0, 0, 0, 0);

    public SessionCounts {
        if ((queuedPlain | queuedHigh | queuedLow | running | unread | notifications | answered) < 0) {
            throw new IllegalStateException("a counter fell below zero");
        }
    }

    public int queued() {
        return queuedPlain + queuedHigh + queuedLow;
    }

    public int unended() {
        return queued() + running;
    }

    public SessionCounts addQueued(@Nullable Priority override, int delta) {
        return new SessionCounts(
                queuedPlain + (override == null ? delta : 0),
                queuedHigh + (override == Priority.HIGH ? delta : 0),
                queuedLow + (override == Priority.LOW ? delta : 0),
                running,
                unread,
                notifications,
                answered);
    }

    public SessionCounts addRunning(int delta) {
        return new SessionCounts(queuedPlain, queuedHigh, queuedLow, running + delta, unread, notifications, answered);
    }

    public SessionCounts addNews(int unreadDelta, int notificationDelta) {
        return new SessionCounts(
                queuedPlain,
                queuedHigh,
                queuedLow,
                running,
                unread + unreadDelta,
                notifications + notificationDelta,
                answered);
    }

    public SessionCounts addAnswered() {
        return new SessionCounts(queuedPlain, queuedHigh, queuedLow, running, unread, notifications, answered + 1);
    }
}
