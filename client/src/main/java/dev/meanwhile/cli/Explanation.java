package dev.meanwhile.cli;

import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.LaneEvent;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.NotifyStage;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.QueueStage;
import dev.meanwhile.v1.RoutingStage;
import dev.meanwhile.v1.StoreStage;
import dev.meanwhile.v1.WorkerStage;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** The life of a message in sentences, a stage after the other. */
final class Explanation {
    private final Cli cli;
    private final ZoneId zone;
    private final List<String> lines = new ArrayList<>();

    Explanation(Cli cli) {
        this.cli = cli;
        this.zone = cli.shell().clock().getZone();
    }

    List<String> lines(ExplainMessageResponse life) {
        Message message = life.getMessage();
        lines.add("message " + message.getMessageId() + " of session " + message.getSessionId() + ": "
                + Words.state(message));
        routing(life.getRouting());
        queue(life);
        worker(life.getWorker());
        store(life.getStore());
        notice(life.getNotify());
        return List.copyOf(lines);
    }

    private void routing(RoutingStage stage) {
        String why = switch (stage.getReason()) {
            case ROUTE_REASON_SESSION_ACTIVE -> "its session was the active one";
            case ROUTE_REASON_OTHER_SESSION_ACTIVE ->
                "session " + stage.getActiveSessionId() + " was the active one, not its own";
            case ROUTE_REASON_NO_ACTIVE_SESSION -> "no session was active";
            case ROUTE_REASON_UNSPECIFIED, UNRECOGNIZED -> Words.value(stage.getReason(), "ROUTE_REASON_");
        };
        String override = stage.getPriorityOverride() == Priority.PRIORITY_UNSPECIFIED ? "" : ", asked for by hand";
        stage(
                "ROUTING",
                Words.value(stage.getRoute(), "ROUTE_") + ", since " + why + "; lane " + Words.lane(stage.getPriority())
                        + override + "; " + before(stage.getAheadInSession()) + " before it in its session");
    }

    private void queue(ExplainMessageResponse life) {
        QueueStage stage = life.getQueue();
        if (stage.getOlderLaneEvents() > 0) {
            stage("QUEUE", "(" + stage.getOlderLaneEvents() + " older places in a lane are not listed)");
        }
        for (LaneEvent event : stage.getLaneEventsList()) {
            stage(
                    "QUEUE",
                    Moment.shown(event.getTime(), zone) + " into lane " + Words.lane(event.getLane()) + " of model "
                            + event.getModel() + ", tag " + event.getTag() + " ("
                            + Words.value(event.getKind(), "LANE_EVENT_KIND_") + ")");
        }
        Instant now = cli.shell().clock().instant();
        String waits = stage.hasHead() ? "" : WaitWords.obstacle(life, now, cli).words();
        stage("QUEUE", waited(life.getMessage(), stage) + place(stage) + waits);
        if (stage.hasHead()) {
            stage("QUEUE", WaitWords.front(stage, now, cli).words());
        }
    }

    /** Of the time before the first attempt; what lies between attempts is in theirs. */
    private static String waited(Message message, QueueStage stage) {
        String span = Moment.span(stage.getWait());
        if (message.getState() == MessageState.MESSAGE_STATE_QUEUED) {
            return "has waited " + span + " so far";
        }
        return message.getAttempts() == 0
                ? "waited " + span + " and never started"
                : "waited " + span + " until its first attempt";
    }

    private static String place(QueueStage stage) {
        String words = stage.getAheadInSession() == 0
                ? ""
                : "; now " + before(stage.getAheadInSession()) + " before it in its session";
        words += stage.getPosition() == 0 ? "" : "; now number " + stage.getPosition() + " in its lane";
        return stage.hasRetryTime() ? words + "; between attempts" : words;
    }

    private void worker(WorkerStage stage) {
        if (stage.getAttemptsCount() == 0) {
            stage("WORKER", "no attempt yet");
        }
        if (stage.getOlderAttempts() > 0) {
            stage("WORKER", "(" + stage.getOlderAttempts() + " older attempts are not listed)");
        }
        for (Attempt attempt : stage.getAttemptsList()) {
            // The server that was killed could not say when.
            boolean lost = attempt.getCause().getReason().equals("WORKER_LOST");
            String length = attempt.hasEndTime()
                    ? (lost ? "took at most " : "took ")
                            + Moment.span(Moment.between(attempt.getStartTime(), attempt.getEndTime()))
                    : "runs";
            String cause = attempt.hasCause()
                    ? ", failed: " + attempt.getCause().getReason() + " "
                            + attempt.getCause().getMetadataOrDefault("text", "")
                    : "";
            stage(
                    "WORKER",
                    Moment.shown(attempt.getStartTime(), zone) + " attempt " + attempt.getNumber() + " on model "
                            + attempt.getModel() + ", claimed from lane " + Words.lane(attempt.getLane()) + ", "
                            + length
                            + cause);
        }
    }

    private void store(StoreStage stage) {
        if (stage.getFirstSequence() == 0) {
            stage("STORE", "nothing in the log yet");
            return;
        }
        String range = stage.getTerminalSequence() == 0
                ? "from entry " + stage.getFirstSequence() + " on"
                : "entries " + stage.getFirstSequence() + " to " + stage.getTerminalSequence();
        stage(
                "STORE",
                range + " of the log; " + Words.count(stage.getChunkCount(), "chunk") + ", " + stage.getByteCount()
                        + " bytes of text");
    }

    private void notice(NotifyStage stage) {
        if (stage.getNotificationNumber() == 0) {
            stage("NOTIFY", "nothing posted yet");
            return;
        }
        String acknowledged = stage.hasAcknowledgeTime()
                ? ", acknowledged " + Moment.shown(stage.getAcknowledgeTime(), zone)
                : ", not acknowledged yet";
        stage(
                "NOTIFY",
                Moment.shown(stage.getPostTime(), zone) + " notification " + stage.getNotificationNumber() + " posted"
                        + acknowledged);
    }

    private static String before(int messages) {
        return messages == 0 ? "nothing" : Words.count(messages, "message");
    }

    private void stage(String name, String words) {
        lines.add(String.format("%-8s %s", name, words));
    }
}
