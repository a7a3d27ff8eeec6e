package dev.meanwhile.server.domain;

/** Why a message failed. The order is stored: append only. */
public enum FailureReason {
    PROVIDER_TIMEOUT,
    PROVIDER_RATE_LIMITED,
    PROVIDER_UNAVAILABLE,
    PROVIDER_REJECTED,
    PROVIDER_CUT,
    PROVIDER_INVALID,
    MODEL_REMOVED,
    WORKER_LOST,
    ANSWER_TOO_LARGE,
    INTERNAL
}
