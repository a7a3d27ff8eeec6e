package dev.meanwhile.server.grpc;

import static dev.meanwhile.server.grpc.Replies.reply;

import dev.meanwhile.server.coordinator.Operations;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.telemetry.Logging;
import dev.meanwhile.server.telemetry.ServiceLog;
import dev.meanwhile.v1.ComponentLogLevel;
import dev.meanwhile.v1.GetLogLevelsRequest;
import dev.meanwhile.v1.GetLogLevelsResponse;
import dev.meanwhile.v1.GetQueueStatsRequest;
import dev.meanwhile.v1.GetQueueStatsResponse;
import dev.meanwhile.v1.ListWorkersRequest;
import dev.meanwhile.v1.ListWorkersResponse;
import dev.meanwhile.v1.LogLevel;
import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.PauseWorkersRequest;
import dev.meanwhile.v1.PauseWorkersResponse;
import dev.meanwhile.v1.ResumeWorkersRequest;
import dev.meanwhile.v1.ResumeWorkersResponse;
import dev.meanwhile.v1.RunningAnswer;
import dev.meanwhile.v1.SetLogLevelRequest;
import dev.meanwhile.v1.SetLogLevelResponse;
import dev.meanwhile.v1.WorkspaceStats;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** The operators' service. */
final class OperatorGrpcService extends OperatorServiceGrpc.OperatorServiceImplBase {
    private static final int MAX_WORKERS = 1_000;
    private final Operations operations;

    OperatorGrpcService(Operations operations) {
        this.operations = operations;
    }

    @Override
    public void getQueueStats(GetQueueStatsRequest request, StreamObserver<GetQueueStatsResponse> observer) {
        reply(observer, () -> {
            Operations.Stats stats = operations.stats(Shapes.pageSize("workspace_count", request.getWorkspaceCount()));
            GetQueueStatsResponse.Builder response = GetQueueStatsResponse.newBuilder()
                    .setWorkersPaused(stats.paused())
                    .setSubmittedPerSecond(stats.submittedPerSecond())
                    .setEndedPerSecond(stats.endedPerSecond());
            stats.models().forEach(model -> response.addModels(ModelProtos.stats(model)));
            stats.workspaces()
                    .forEach(depth -> response.addWorkspaces(WorkspaceStats.newBuilder()
                            .setWorkspace(depth.workspace())
                            .setQueuedHigh(depth.queuedHigh())
                            .setQueuedLow(depth.queuedLow())
                            .setRunningMessages(depth.running())));
            return response.build();
        });
    }

    @Override
    public void listWorkers(ListWorkersRequest request, StreamObserver<ListWorkersResponse> observer) {
        reply(observer, () -> {
            List<RunningAnswer> answers = operations.running().stream()
                    .limit(MAX_WORKERS)
                    .map(OperatorGrpcService::running)
                    .toList();
            return ListWorkersResponse.newBuilder().addAllAnswers(answers).build();
        });
    }

    @Override
    public void getLogLevels(GetLogLevelsRequest request, StreamObserver<GetLogLevelsResponse> observer) {
        reply(observer, () -> {
            GetLogLevelsResponse.Builder response = GetLogLevelsResponse.newBuilder();
            Logging.levels()
                    .forEach((component, level) -> response.addLevels(ComponentLogLevel.newBuilder()
                            .setComponent(component)
                            .setLevel(LogLevel.valueOf("LOG_LEVEL_" + level))));
            return response.build();
        });
    }

    @Override
    public void setLogLevel(SetLogLevelRequest request, StreamObserver<SetLogLevelResponse> observer) {
        reply(observer, () -> {
            dev.meanwhile.server.telemetry.LogLevel level = switch (request.getLevel()) {
                case LOG_LEVEL_DEBUG -> dev.meanwhile.server.telemetry.LogLevel.DEBUG;
                case LOG_LEVEL_INFO -> dev.meanwhile.server.telemetry.LogLevel.INFO;
                case LOG_LEVEL_WARN -> dev.meanwhile.server.telemetry.LogLevel.WARN;
                case LOG_LEVEL_ERROR -> dev.meanwhile.server.telemetry.LogLevel.ERROR;
                case LOG_LEVEL_UNSPECIFIED -> throw Shapes.missing("level", request.getLevel());
                case UNRECOGNIZED -> throw Shapes.unknown("level", request.getLevel());
            };
            if (!Logging.components().contains(request.getComponent())) {
                throw Refusal.invalidField("component", "is not one of " + String.join(", ", Logging.components()));
            }
            Logging.setLevel(request.getComponent(), level);
            ServiceLog.levelChanged(request.getComponent(), level);
            return SetLogLevelResponse.getDefaultInstance();
        });
    }

    @Override
    public void pauseWorkers(PauseWorkersRequest request, StreamObserver<PauseWorkersResponse> observer) {
        reply(
                observer,
                () -> PauseWorkersResponse.newBuilder()
                        .setChanged(operations.setPaused(true))
                        .build());
    }

    @Override
    public void resumeWorkers(ResumeWorkersRequest request, StreamObserver<ResumeWorkersResponse> observer) {
        reply(
                observer,
                () -> ResumeWorkersResponse.newBuilder()
                        .setChanged(operations.setPaused(false))
                        .build());
    }

    private static RunningAnswer running(Lease lease) {
        return RunningAnswer.newBuilder()
                .setWorkspace(lease.workspace())
                .setSessionId(lease.sessionId())
                .setMessageId(lease.messageId())
                .setAttempt(lease.attempt())
                .setModel(lease.model())
                .setLane(Protos.priority(lease.lane()))
                .setStartTime(Protos.time(lease.startTime()))
                .build();
    }
}
