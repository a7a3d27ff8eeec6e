package dev.meanwhile.server.grpc;

import dev.meanwhile.server.coordinator.Models;
import dev.meanwhile.server.coordinator.Operations;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.domain.ModelSigns;
import dev.meanwhile.v1.LaneStats;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.ModelHold;
import dev.meanwhile.v1.ModelStats;
import java.time.Duration;

/** Maps models and how they fare. */
final class ModelProtos {
    private ModelProtos() {}

    static ListModelsResponse list(Models models, boolean paused) {
        ListModelsResponse.Builder response = ListModelsResponse.newBuilder().setWorkersPaused(paused);
        for (ModelInfo info : models.all()) {
            Model.Builder model = Model.newBuilder()
                    .setName(info.name())
                    .setDefaultModel(info.isDefault())
                    .setAdapter(info.adapter())
                    .setContextWindowTokens(info.window())
                    .setWorkers(info.workers())
                    .setReservedForActive(info.reservedForActive());
            var hold = models.hold(info.name());
            if (hold != null) {
                model.setHold(hold(hold));
            }
            ModelSigns signs = models.signs(info.name());
            if (signs.asked() != null) {
                model.setLastAttemptTime(Protos.time(signs.asked()));
            }
            if (signs.answered() != null) {
                model.setLastAnswerTime(Protos.time(signs.answered()));
            }
            response.addModels(model);
        }
        return response.build();
    }

    static ModelStats stats(Operations.ModelStats stats) {
        ModelStats.Builder proto = ModelStats.newBuilder()
                .setModel(stats.model().name())
                .setWorkers(stats.model().workers())
                .setReservedForActive(stats.model().reservedForActive())
                .setRetryingMessages(stats.lanes().stream()
                        .mapToInt(Operations.LaneStats::retrying)
                        .sum());
        for (Operations.LaneStats lane : stats.lanes()) {
            LaneStats.Builder one = LaneStats.newBuilder()
                    .setPriority(Protos.priority(lane.priority()))
                    .setQueuedMessages(lane.queued())
                    .setWaitingHeads(lane.heads())
                    .setRunningMessages(lane.running())
                    .setRetryingMessages(lane.retrying());
            Duration worst = lane.worstWait();
            if (worst != null) {
                one.setWorstWait(Protos.duration(worst));
            }
            proto.addLanes(one);
        }
        if (stats.hold() != null) {
            proto.setHold(hold(stats.hold()));
        }
        return proto.build();
    }

    static ModelHold hold(dev.meanwhile.server.domain.ModelHold hold) {
        return ModelHold.newBuilder()
                .setUntilTime(Protos.time(hold.until()))
                .setReason(Protos.failure(hold.reason()))
                .setFailuresInRow(hold.failures())
                .build();
    }
}
