package dev.meanwhile.server.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.meanwhile.server.coordinator.Coordinator;
import dev.meanwhile.server.coordinator.MessageView;
import dev.meanwhile.server.coordinator.Turn;
import dev.meanwhile.server.domain.CancelCause;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.Notification;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.Route;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.domain.Submission;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.v1.ConflictPolicy;
import dev.meanwhile.v1.LaneDepth;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.NotificationType;
import dev.meanwhile.v1.RouteReason;
import dev.meanwhile.v1.SubmitMessageResponse;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Maps what the coordinator gives into the contract's messages. */
final class Protos {
    private Protos() {}

    static SubmitMessageResponse submitted(Coordinator.Submitted submitted) {
        return SubmitMessageResponse.newBuilder()
                .setMessage(message(submitted.message()))
                .setDuplicate(submitted.duplicate())
                .setAheadInSession(submitted.aheadInSession())
                .setLaneDepth(LaneDepth.newBuilder().setHigh(submitted.high()).setLow(submitted.low()))
                .setLogPosition(submitted.logPosition())
                .setEpoch(submitted.epoch())
                .build();
    }

    static Timestamp time(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }

    static Duration duration(java.time.Duration span) {
        return Duration.newBuilder()
                .setSeconds(span.getSeconds())
                .setNanos(span.getNano())
                .build();
    }

    static dev.meanwhile.v1.Session session(Session session) {
        return session(session, "");
    }

    static dev.meanwhile.v1.Session session(Session session, String instruction) {
        dev.meanwhile.v1.Session.Builder proto = dev.meanwhile.v1.Session.newBuilder()
                .setSessionId(session.id())
                .setNumber(session.number())
                .setName(session.name())
                .setModel(session.model())
                .setState(
                        session.state() == SessionState.OPEN
                                ? dev.meanwhile.v1.SessionState.SESSION_STATE_OPEN
                                : dev.meanwhile.v1.SessionState.SESSION_STATE_CLOSED)
                .setActive(session.active())
                .setSystemInstruction(instruction)
                .setUsesSystemInstruction(session.hasInstruction())
                .setCreateTime(time(session.createTime()))
                .setEpoch(session.epoch())
                .setLastSequence(session.lastSequence())
                .setReadSequence(session.readSequence())
                .setQueuedMessages(session.counts().queued())
                .setRunningMessages(session.counts().running())
                .setUnreadMessages(session.counts().unread())
                .setPendingNotifications(session.counts().notifications())
                .setUsage(usage(session.usage()));
        Instant closed = session.closeTime();
        if (closed != null) {
            proto.setCloseTime(time(closed));
        }
        Instant retry = session.retryTime();
        if (retry != null) {
            proto.setRetryTime(time(retry));
        }
        return proto.build();
    }

    static Message message(MessageView view) {
        dev.meanwhile.server.domain.Message message = view.message();
        Submission submission = message.submission();
        Message.Builder proto = Message.newBuilder()
                .setMessageId(message.id())
                .setSessionId(view.sessionId())
                .setRequestId(orEmpty(submission.requestId()))
                .setState(state(message.state()))
                .setRoute(route(submission.route()))
                .setRouteReason(reason(submission.reason()))
                .setPriority(priority(submission.priority()))
                .setCurrentPriority(priority(view.currentPriority()))
                .setPriorityOverride(priority(submission.override()))
                .setConflictPolicy(policy(submission.policy()))
                .setCreateTime(time(submission.createTime()))
                .setFirstSequence(message.firstSequence())
                .setTerminalSequence(message.terminalSequence())
                .setAttempts(message.attempts())
                .setModel(view.model())
                .setUsage(usage(TokenUsage.NONE));
        if (message.startTime() != null) {
            proto.setStartTime(time(message.startTime()));
        }
        if (message.endTime() != null) {
            proto.setEndTime(time(message.endTime()));
        }
        Instant retry = view.retryTime();
        if (retry != null) {
            proto.setRetryTime(time(retry));
        }
        switch (message.outcome()) {
            case null -> {}
            case ResponseEntry.Completed completed ->
                proto.setFinishReason(finish(completed.finishReason())).setUsage(usage(completed.usage()));
            case ResponseEntry.Failed failed ->
                proto.setFailureReason(failure(failed.reason())).setFailureMessage(failed.message());
            case ResponseEntry.Cancelled cancelled ->
                proto.setCancelCause(cause(cancelled.cause()))
                        .setInterruptingMessageId(orEmpty(cancelled.interruptingMessageId()));
        }
        return proto.build();
    }

    static dev.meanwhile.v1.Turn turn(Turn turn) {
        return dev.meanwhile.v1.Turn.newBuilder()
                .setMessage(message(turn.message()))
                .setText(turn.text())
                .setTextTruncated(turn.textTruncated())
                .setAnswer(turn.answer())
                .setAnswerTruncated(turn.answerTruncated())
                .setAnswerUnreadable(turn.answerUnreadable())
                .setTextUnreadable(turn.textUnreadable())
                .setAnswerAfterSequence(turn.answerAfter())
                .setAnswerThroughSequence(turn.answerThrough())
                .build();
    }

    static dev.meanwhile.v1.Notification notification(Notification notification) {
        return dev.meanwhile.v1.Notification.newBuilder()
                .setNumber(notification.number())
                .setType(
                        switch (notification.state()) {
                            case COMPLETED -> NotificationType.NOTIFICATION_TYPE_MESSAGE_COMPLETED;
                            case FAILED -> NotificationType.NOTIFICATION_TYPE_MESSAGE_FAILED;
                            case CANCELLED -> NotificationType.NOTIFICATION_TYPE_MESSAGE_CANCELLED;
                            case QUEUED, RUNNING -> NotificationType.NOTIFICATION_TYPE_UNSPECIFIED;
                        })
                .setSessionId(notification.sessionId())
                .setMessageId(notification.messageId())
                .setTerminalSequence(notification.terminalSequence())
                .setRoute(route(notification.route()))
                .setCreateTime(time(notification.createTime()))
                .build();
    }

    static dev.meanwhile.v1.TokenUsage usage(TokenUsage usage) {
        return dev.meanwhile.v1.TokenUsage.newBuilder()
                .setInputTokens(usage.inputTokens())
                .setOutputTokens(usage.outputTokens())
                .build();
    }

    static MessageState state(dev.meanwhile.server.domain.MessageState state) {
        return MessageState.valueOf("MESSAGE_STATE_" + state);
    }

    static dev.meanwhile.v1.Route route(Route route) {
        return route == Route.FOREGROUND
                ? dev.meanwhile.v1.Route.ROUTE_FOREGROUND
                : dev.meanwhile.v1.Route.ROUTE_BACKGROUND;
    }

    static RouteReason reason(dev.meanwhile.server.domain.RouteReason reason) {
        return RouteReason.valueOf("ROUTE_REASON_" + reason);
    }

    static dev.meanwhile.v1.Priority priority(@Nullable Priority priority) {
        return switch (priority) {
            case null -> dev.meanwhile.v1.Priority.PRIORITY_UNSPECIFIED;
            case LOW -> dev.meanwhile.v1.Priority.PRIORITY_LOW;
            case HIGH -> dev.meanwhile.v1.Priority.PRIORITY_HIGH;
        };
    }

    static ConflictPolicy policy(dev.meanwhile.server.domain.ConflictPolicy policy) {
        return ConflictPolicy.valueOf("CONFLICT_POLICY_" + policy);
    }

    static dev.meanwhile.v1.FinishReason finish(FinishReason reason) {
        return dev.meanwhile.v1.FinishReason.valueOf("FINISH_REASON_" + reason);
    }

    static dev.meanwhile.v1.FailureReason failure(FailureReason reason) {
        return dev.meanwhile.v1.FailureReason.valueOf("FAILURE_REASON_" + reason);
    }

    static dev.meanwhile.v1.CancelCause cause(CancelCause cause) {
        return dev.meanwhile.v1.CancelCause.valueOf("CANCEL_CAUSE_" + cause);
    }

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
