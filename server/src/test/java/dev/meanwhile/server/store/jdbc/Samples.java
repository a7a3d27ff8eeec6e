package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Route;
import dev.meanwhile.server.domain.RouteReason;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionCounts;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.domain.Submission;
import dev.meanwhile.server.domain.TokenUsage;
import java.time.Instant;

/** A session and a submission whose values don't matter. */
final class Samples {
    static final Instant NOW = Instant.EPOCH;

    /** Of the workspace with key 1. */
    static final Session SESSION = new Session(
            1,
            1,
            "w",
            "s",
            1,
            "n",
            "m",
            SessionState.OPEN,
            true,
            "e",
            false,
            NOW,
            null,
            0,
            0,
            SessionCounts.ZERO,
            TokenUsage.NONE,
            null);

    static final Submission SUBMISSION = new Submission(
            "r",
            Route.FOREGROUND,
            RouteReason.SESSION_ACTIVE,
            null,
            Priority.HIGH,
            null,
            ConflictPolicy.ENQUEUE,
            0,
            NOW);

    private Samples() {}
}
