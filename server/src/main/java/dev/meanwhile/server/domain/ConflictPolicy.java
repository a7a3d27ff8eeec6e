package dev.meanwhile.server.domain;

/** What to do if the session is busy. The order is stored: append only. */
public enum ConflictPolicy {
    ENQUEUE,
    REJECT,
    INTERRUPT
}
