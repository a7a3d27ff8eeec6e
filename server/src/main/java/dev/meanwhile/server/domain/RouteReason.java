package dev.meanwhile.server.domain;

/** Why a message got its route. The order is stored: append only. */
public enum RouteReason {
    SESSION_ACTIVE,
    OTHER_SESSION_ACTIVE,
    NO_ACTIVE_SESSION
}
