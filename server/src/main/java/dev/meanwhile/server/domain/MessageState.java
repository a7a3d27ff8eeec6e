package dev.meanwhile.server.domain;

/** Life of a message. The order is stored: append only. */
public enum MessageState {
    QUEUED,
    RUNNING,
    COMPLETED,
    FAILED,
    CANCELLED;

    /** Whether the state is terminal. */
    public boolean ended() {
        return compareTo(RUNNING) > 0;
    }
}
