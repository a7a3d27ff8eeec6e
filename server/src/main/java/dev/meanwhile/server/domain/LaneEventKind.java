package dev.meanwhile.server.domain;

/** Why a head got a place in a lane. The order is stored: append only. */
public enum LaneEventKind {
    BECAME_HEAD,
    LANE_CHANGED,
    MODEL_CHANGED,
    RETRY,
    TAKEN_BACK
}
