package dev.meanwhile.server.domain;

/** Which decision cancelled a message. The order is stored: append only. */
public enum CancelCause {
    REQUESTED,
    INTERRUPTED,
    SESSION_CLOSED
}
