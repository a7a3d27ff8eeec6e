package dev.meanwhile.server.domain;

import java.time.Instant;

/** The right of one worker to write for one attempt of a message. */
public record Lease(
        long messageKey,
        String messageId,
        long sessionKey,
        String workspace,
        String sessionId,
        int attempt,
        String model,
        Priority lane,
        Route route,
        Instant submitTime,
        Instant startTime,
        Message.Faults faults,
        StopSignal stop) {}
