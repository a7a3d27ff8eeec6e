package dev.meanwhile.client;

import dev.meanwhile.v1.GetLogLevelsRequest;
import dev.meanwhile.v1.GetLogLevelsResponse;
import dev.meanwhile.v1.GetQueueStatsRequest;
import dev.meanwhile.v1.GetQueueStatsResponse;
import dev.meanwhile.v1.ListWorkersRequest;
import dev.meanwhile.v1.ListWorkersResponse;
import dev.meanwhile.v1.LogLevel;
import dev.meanwhile.v1.PauseWorkersRequest;
import dev.meanwhile.v1.PauseWorkersResponse;
import dev.meanwhile.v1.ResumeWorkersRequest;
import dev.meanwhile.v1.ResumeWorkersResponse;
import dev.meanwhile.v1.SetLogLevelRequest;
import dev.meanwhile.v1.SetLogLevelResponse;

/** What operators see and do, across all workspaces of one server; its calls are as {@link MeanwhileClient}'s. */
public final class OperatorClient {
    private final Connection connection;

    OperatorClient(Connection connection) {
        this.connection = connection;
    }

    public GetQueueStatsResponse queueStats() {
        return connection.operate(stub -> stub.getQueueStats(GetQueueStatsRequest.getDefaultInstance()));
    }

    public ListWorkersResponse workers() {
        return connection.operate(stub -> stub.listWorkers(ListWorkersRequest.getDefaultInstance()));
    }

    public GetLogLevelsResponse logLevels() {
        return connection.operate(stub -> stub.getLogLevels(GetLogLevelsRequest.getDefaultInstance()));
    }

    public SetLogLevelResponse setLogLevel(String component, LogLevel level) {
        SetLogLevelRequest request = SetLogLevelRequest.newBuilder()
                .setComponent(component)
                .setLevel(level)
                .build();
        return connection.operate(stub -> stub.setLogLevel(request));
    }

    public PauseWorkersResponse pauseWorkers() {
        return connection.operate(stub -> stub.pauseWorkers(PauseWorkersRequest.getDefaultInstance()));
    }

    public ResumeWorkersResponse resumeWorkers() {
        return connection.operate(stub -> stub.resumeWorkers(ResumeWorkersRequest.getDefaultInstance()));
    }
}
