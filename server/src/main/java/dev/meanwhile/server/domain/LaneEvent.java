package dev.meanwhile.server.domain;

import java.time.Instant;

/** One time that a head got a place. */
public record LaneEvent(int number, Instant time, LaneEventKind kind, String model, Priority lane, long tag) {}
