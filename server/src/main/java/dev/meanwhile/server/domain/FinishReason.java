package dev.meanwhile.server.domain;

/** Why a model stopped. The order is stored: append only. */
public enum FinishReason {
    STOP,
    LENGTH,
    CONTENT_FILTER,
    OTHER
}
