package dev.meanwhile.server.grpc;

import dev.meanwhile.server.coordinator.Cancellation;
import dev.meanwhile.server.coordinator.Coordinator;
import dev.meanwhile.server.coordinator.Explainer;
import dev.meanwhile.server.coordinator.History;
import dev.meanwhile.server.coordinator.Models;
import dev.meanwhile.server.coordinator.Reading;
import dev.meanwhile.server.coordinator.SessionRegistry;
import dev.meanwhile.server.coordinator.WorkspaceWatches;
import dev.meanwhile.server.responses.LogStreams;

/** What stands behind the users' service. */
public record UserApi(
        SessionRegistry sessions,
        Coordinator coordinator,
        Cancellation cancellation,
        History history,
        Reading reading,
        LogStreams streams,
        WorkspaceWatches watches,
        Explainer explainer,
        Models models) {}
