package dev.meanwhile.server.domain;

import java.time.Instant;

/** News of a session, not acknowledged yet: its message has ended in {@code state}. */
public record Notification(
        long number,
        long sessionKey,
        String sessionId,
        long messageKey,
        String messageId,
        MessageState state,
        Route route,
        long terminalSequence,
        Instant createTime) {}
