package dev.meanwhile.server.grpc;

import com.google.rpc.ErrorInfo;
import dev.meanwhile.server.coordinator.Explainer;
import dev.meanwhile.server.coordinator.Explainer.Explanation;
import dev.meanwhile.server.coordinator.Utf8;
import dev.meanwhile.server.domain.FailedAttempt;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ModelHold;
import dev.meanwhile.server.domain.Submission;
import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.LaneEvent;
import dev.meanwhile.v1.LaneEventKind;
import dev.meanwhile.v1.NotifyStage;
import dev.meanwhile.v1.QueueStage;
import dev.meanwhile.v1.RoutingStage;
import dev.meanwhile.v1.SessionHead;
import dev.meanwhile.v1.StoreStage;
import dev.meanwhile.v1.WorkerStage;
import java.time.Instant;

/** Maps an explanation, stage by stage. */
final class ExplainProtos {
    private static final String FAILURE_DOMAIN = "failure.meanwhile.v1";

    /** So that a cause is at most 1 KiB in all. */
    private static final int CAUSE_TEXT_BYTES = 900;

    private ExplainProtos() {}

    static ExplainMessageResponse explanation(Explanation explained) {
        return ExplainMessageResponse.newBuilder()
                .setMessage(Protos.message(explained.view()))
                .setRouting(routing(explained.view().message().submission()))
                .setQueue(queue(explained))
                .setWorker(worker(explained))
                .setStore(store(explained))
                .setNotify(notify(explained.view().message()))
                .build();
    }

    private static RoutingStage routing(Submission submission) {
        return RoutingStage.newBuilder()
                .setActiveSessionId(Protos.orEmpty(submission.activeSessionId()))
                .setRoute(Protos.route(submission.route()))
                .setReason(Protos.reason(submission.reason()))
                .setPriority(Protos.priority(submission.priority()))
                .setPriorityOverride(Protos.priority(submission.override()))
                .setConflictPolicy(Protos.policy(submission.policy()))
                .setAheadInSession(submission.aheadInSession())
                .build();
    }

    private static QueueStage queue(Explanation explained) {
        QueueStage.Builder stage = QueueStage.newBuilder()
                .setOlderLaneEvents(explained.olderEvents())
                .setAheadInSession(explained.aheadNow())
                .setPosition(explained.position())
                .setWait(Protos.duration(explained.waited()))
                .setWorkersPaused(explained.paused());
        for (dev.meanwhile.server.domain.LaneEvent event : explained.events()) {
            stage.addLaneEvents(LaneEvent.newBuilder()
                    .setTime(Protos.time(event.time()))
                    .setKind(LaneEventKind.valueOf("LANE_EVENT_KIND_" + event.kind()))
                    .setModel(event.model())
                    .setLane(Protos.priority(event.lane()))
                    .setTag(event.tag()));
        }
        Instant retry = explained.view().retryTime();
        if (retry != null) {
            stage.setRetryTime(Protos.time(retry));
        }
        ModelHold hold = explained.hold();
        if (hold != null) {
            stage.setModelHold(ModelProtos.hold(hold));
        }
        if (explained.front() != null) {
            stage.setHead(head(explained.front()));
        }
        return stage.build();
    }

    private static SessionHead head(Explainer.Front front) {
        Message message = front.message();
        SessionHead.Builder head = SessionHead.newBuilder()
                .setMessageId(message.id())
                .setState(Protos.state(message.state()))
                .setModel(front.model())
                .setAttempts(message.attempts());
        Instant started = message.attemptTime();
        if (started != null) {
            head.setAttemptStartTime(Protos.time(started));
        }
        Instant due = front.due();
        if (due != null) {
            head.setRetryTime(Protos.time(due));
        }
        if (front.hold() != null) {
            head.setModelHold(ModelProtos.hold(front.hold()));
        }
        return head.build();
    }

    private static WorkerStage worker(Explanation explained) {
        Message message = explained.view().message();
        WorkerStage.Builder stage = WorkerStage.newBuilder();
        for (FailedAttempt failed : explained.failedAttempts()) {
            stage.addAttempts(Attempt.newBuilder()
                    .setNumber(failed.number())
                    .setStartTime(Protos.time(failed.startTime()))
                    .setEndTime(Protos.time(failed.endTime()))
                    .setModel(failed.model())
                    .setLane(Protos.priority(failed.lane()))
                    .setCause(cause(failed.reason(), failed.number(), failed.text())));
        }
        Instant start = message.attemptTime();
        if (start != null) {
            Attempt.Builder newest = Attempt.newBuilder()
                    .setNumber(message.attempts())
                    .setStartTime(Protos.time(start))
                    .setModel(message.model())
                    .setLane(Protos.priority(message.lane()));
            if (message.endTime() != null) {
                newest.setEndTime(Protos.time(message.endTime()));
            }
            if (message.outcome() instanceof dev.meanwhile.server.domain.ResponseEntry.Failed failed) {
                newest.setCause(cause(failed.reason(), message.attempts(), failed.message()));
            }
            stage.addAttempts(newest);
        }
        int listed = stage.getAttemptsCount();
        return stage.setOlderAttempts(Math.max(0, message.attempts() - listed)).build();
    }

    private static ErrorInfo.Builder cause(FailureReason reason, int attempt, String text) {
        return ErrorInfo.newBuilder()
                .setDomain(FAILURE_DOMAIN)
                .setReason(reason.name())
                .putMetadata("attempt", Integer.toString(attempt))
                .putMetadata("text", Utf8.cut(text, CAUSE_TEXT_BYTES));
    }

    private static StoreStage store(Explanation explained) {
        Message message = explained.view().message();
        return StoreStage.newBuilder()
                .setFirstSequence(message.firstSequence())
                .setTerminalSequence(message.terminalSequence())
                .setChunkCount(explained.chunks())
                .setByteCount(explained.bytes())
                .build();
    }

    private static NotifyStage notify(Message message) {
        NotifyStage.Builder stage = NotifyStage.newBuilder().setNotificationNumber(message.notification());
        if (message.endTime() != null) {
            stage.setPostTime(Protos.time(message.endTime()));
        }
        if (message.acknowledgeTime() != null) {
            stage.setAcknowledgeTime(Protos.time(message.acknowledgeTime()));
        }
        return stage.build();
    }
}
