package dev.meanwhile.server.domain;

import java.time.Instant;

/** An attempt that failed and why. */
public record FailedAttempt(
        int number,
        Instant startTime,
        Instant endTime,
        String model,
        Priority lane,
        FailureReason reason,
        String text) {}
