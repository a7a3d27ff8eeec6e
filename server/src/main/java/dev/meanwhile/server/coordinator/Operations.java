package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.ModelHold;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.WorkspaceDepth;
import dev.meanwhile.server.queue.Claims;
import dev.meanwhile.server.queue.MessageQueue;
import dev.meanwhile.server.queue.RunningLeases;
import dev.meanwhile.server.store.Heads.Waiting;
import dev.meanwhile.server.store.LaneState;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.telemetry.LaneDepth;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What operators see and do, across all workspaces. */
public final class Operations {
    private final Storage storage;
    private final MessageQueue queue;
    private final RunningLeases leases;
    private final Models models;

    public Operations(Storage storage, MessageQueue queue, RunningLeases leases, Models models) {
        this.storage = storage;
        this.queue = queue;
        this.leases = leases;
        this.models = models;
    }

    /**
     * One lane.
     *
     * @param heads that wait for their first attempt
     * @param retrying between attempts, by the lane they want now
     * @param worstWait of the head submitted first, null = none waits
     */
    public record LaneStats(
            Priority priority,
            int queued,
            int heads,
            int running,
            int retrying,
            @Nullable Duration worstWait) {}

    /** One model, its lanes HIGH first. */
    public record ModelStats(
            ModelInfo model,
            List<LaneStats> lanes,
            @Nullable ModelHold hold) {}

    /** The queue as a whole; rates are per second over the last minute. */
    public record Stats(
            List<ModelStats> models,
            List<WorkspaceDepth> workspaces,
            boolean paused,
            double submittedPerSecond,
            double endedPerSecond) {}

    public Stats stats(int workspaces) {
        return storage.read(tx -> {
            List<ModelStats> perModel = new ArrayList<>();
            for (ModelInfo model : models.all()) {
                List<LaneStats> lanes = new ArrayList<>();
                for (Priority priority : List.of(Priority.HIGH, Priority.LOW)) {
                    LaneState state = tx.lanes().find(model.name(), priority);
                    Waiting waiting = tx.heads().waiting(model.name(), priority);
                    Duration worst = waiting.oldest() == null ? null : Duration.between(waiting.oldest(), tx.now());
                    lanes.add(new LaneStats(
                            priority,
                            state.queued(),
                            waiting.untried(),
                            tx.heads().countRunning(model.name(), priority),
                            waiting.retrying(),
                            worst));
                }
                perModel.add(new ModelStats(model, lanes, models.hold(model.name())));
            }
            return new Stats(
                    perModel,
                    tx.lanes().deepest(workspaces),
                    Claims.paused(tx),
                    queue.submitted().perSecond(),
                    queue.ended().perSecond());
        });
    }

    /** Every lane of every model, for the metrics. */
    public List<LaneDepth> lanes() {
        List<LaneDepth> lanes = new ArrayList<>();
        for (ModelStats model : stats(1).models()) {
            for (LaneStats lane : model.lanes()) {
                Duration worst = Objects.requireNonNullElse(lane.worstWait(), Duration.ZERO);
                lanes.add(new LaneDepth(
                        model.model().name(), lane.priority(), lane.queued(), lane.running(), lane.retrying(), worst));
            }
        }
        return lanes;
    }

    /** Answers that run, longest first. */
    public List<Lease> running() {
        return leases.all().stream()
                .sorted(Comparator.comparing(Lease::startTime))
                .toList();
    }

    /** Stops or resumes claiming; stored, so it holds across restarts. Returns whether it changed anything. */
    public boolean setPaused(boolean paused) {
        return storage.inTransaction(Caller.USER, tx -> {
            if (paused == Claims.paused(tx)) {
                return false;
            }
            tx.settings().set(Claims.PAUSED, String.valueOf(paused));
            tx.afterCommit(paused ? ServiceLog::paused : ServiceLog::resumed);
            if (!paused) {
                tx.workAvailable();
            }
            return true;
        });
    }
}
