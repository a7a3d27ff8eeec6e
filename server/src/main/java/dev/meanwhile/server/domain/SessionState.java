package dev.meanwhile.server.domain;

/** Life of a session; a deleted one only waits for its purge. The order is stored: append only. */
public enum SessionState {
    OPEN,
    CLOSED,
    DELETED
}
