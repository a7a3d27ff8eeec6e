package dev.meanwhile.server.domain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was decided when a message was submitted; never changes afterwards.
 *
 * @param activeSessionId the session that was active then, the first input of the routing decision
 * @param aheadInSession unended messages of the session that came before
 */
public record Submission(
        @Nullable String requestId,
        Route route,
        RouteReason reason,
        @Nullable String activeSessionId,
        Priority priority,
        @Nullable Priority override,
        ConflictPolicy policy,
        int aheadInSession,
        Instant createTime) {}
