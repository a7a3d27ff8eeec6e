package dev.meanwhile.cli;

import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.QueueStage;
import dev.meanwhile.v1.SessionHead;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Why an answer does not come.
 *
 * @param key the same while nothing has changed; the words may count seconds
 * @param stands whether nothing works on it now that would bring it: held, paused or between attempts
 */
record WaitWords(String key, String words, boolean stands) {

    /** Empty if the message has ended. */
    static Optional<WaitWords> of(ExplainMessageResponse life, Instant now, Cli cli) {
        Message message = life.getMessage();
        QueueStage queue = life.getQueue();
        if (message.getTerminalSequence() > 0) {
            return Optional.empty();
        }
        if (queue.hasHead()) {
            return Optional.of(front(queue, now, cli)
                    .after("behind " + queue.getAheadInSession(), "queued behind " + ahead(queue) + "; "));
        }
        if (runs(life)) {
            return Optional.of(running(life, now));
        }
        WaitWords why = queue.hasRetryTime() ? failed(life) : inQueue(message, queue);
        return Optional.of(obstacle(life, now, cli).after(why.key, why.words));
    }

    /** What keeps a message from being taken by a worker that has none before it; no words = nothing but its turn. */
    static WaitWords obstacle(ExplainMessageResponse life, Instant now, Cli cli) {
        return runs(life) || life.getMessage().getTerminalSequence() > 0
                ? new WaitWords("", "", false)
                : obstacle(own(life), life.getQueue().getWorkersPaused(), now, cli);
    }

    private static boolean runs(ExplainMessageResponse life) {
        return life.getMessage().getState() == MessageState.MESSAGE_STATE_RUNNING
                && !life.getQueue().hasRetryTime();
    }

    /** What the message in front of this one waits for. */
    static WaitWords front(QueueStage queue, Instant now, Cli cli) {
        SessionHead head = queue.getHead();
        String id = "in front is " + EscapeFilter.line(head.getMessageId()) + ": ";
        if (head.hasAttemptStartTime()) {
            Duration since = Duration.between(Moment.of(head.getAttemptStartTime()), now);
            String words = "attempt " + head.getAttempts() + " runs for " + Moment.span(since);
            return new WaitWords("front runs " + head.getAttempts(), id + words, false);
        }
        String waits = head.getAttempts() == 0 ? "queued" : "waits for attempt " + (head.getAttempts() + 1);
        return obstacle(head, queue.getWorkersPaused(), now, cli).after("front " + head.getAttempts(), id + waits);
    }

    /** Said once and with one time, however many things there are to wait for. */
    private static WaitWords obstacle(SessionHead waits, boolean paused, Instant now, Cli cli) {
        if (paused) {
            return new WaitWords(
                    ", paused",
                    "; an operator has paused the workers, so nothing is started; end that with: "
                            + cli.command("resume"),
                    true);
        }
        if (waits.hasModelHold()) {
            Instant until = Moment.of(waits.getModelHold().getUntilTime());
            Instant due = waits.hasRetryTime() ? Moment.of(waits.getRetryTime()) : until;
            return new WaitWords(
                    ", hold " + waits.getModelHold().getFailuresInRow(),
                    "; " + Words.hold(waits.getModel(), waits.getModelHold(), due.isAfter(until) ? due : until, now),
                    true);
        }
        if (!waits.hasRetryTime()) {
            return new WaitWords("", "", false);
        }
        return Moment.of(waits.getRetryTime()).isAfter(now)
                ? new WaitWords("", "; next try " + Moment.until(waits.getRetryTime(), now), true)
                : new WaitWords(", due", "; next try when its turn comes", true);
    }

    /** A message without others before it, as those behind it see it. */
    private static SessionHead own(ExplainMessageResponse life) {
        SessionHead.Builder own = SessionHead.newBuilder()
                .setModel(life.getMessage().getModel())
                .setAttempts(life.getMessage().getAttempts());
        QueueStage queue = life.getQueue();
        if (queue.hasRetryTime()) {
            own.setRetryTime(queue.getRetryTime());
        }
        if (queue.hasModelHold()) {
            own.setModelHold(queue.getModelHold());
        }
        return own.build();
    }

    private static String ahead(QueueStage queue) {
        return Words.count(queue.getAheadInSession(), "message") + " of its session";
    }

    private static WaitWords inQueue(Message message, QueueStage queue) {
        if (queue.getAheadInSession() > 0) { // a server that does not tell what is in front
            String words = "queued behind " + ahead(queue);
            return new WaitWords(words, words, false);
        }
        // Told when it has halved, not at each step.
        return new WaitWords(
                "lane " + Integer.highestOneBit(queue.getPosition()),
                queue.getPosition() == 0
                        ? "queued"
                        : "queued, number " + queue.getPosition() + " in lane "
                                + Words.lane(message.getCurrentPriority()) + " of model "
                                + EscapeFilter.line(message.getModel()),
                false);
    }

    private static WaitWords failed(ExplainMessageResponse life) {
        int attempts = life.getWorker().getAttemptsCount();
        String failed = "the last attempt failed";
        if (attempts > 0) {
            Attempt last = life.getWorker().getAttempts(attempts - 1);
            String cause =
                    last.getCause().getMetadataOrDefault("text", last.getCause().getReason());
            failed = "attempt " + last.getNumber() + " failed: "
                    + EscapeFilter.line(cause).replaceFirst("\\.$", "");
        }
        return new WaitWords("retry " + life.getMessage().getAttempts(), failed, true);
    }

    private static WaitWords running(ExplainMessageResponse life, Instant now) {
        int attempts = life.getWorker().getAttemptsCount();
        boolean silent = life.getStore().getChunkCount() == 0;
        String since = attempts == 0
                ? ""
                : " for "
                        + Moment.span(Duration.between(
                                Moment.of(life.getWorker()
                                        .getAttempts(attempts - 1)
                                        .getStartTime()),
                                now));
        return new WaitWords(
                "running " + life.getMessage().getAttempts() + silent,
                "attempt " + Math.max(1, life.getMessage().getAttempts()) + " runs" + since + "; the model "
                        + (silent ? "has not begun to answer" : "pauses in the middle of its answer"),
                false);
    }

    private WaitWords after(String firstKey, String firstWords) {
        return new WaitWords(firstKey + key, firstWords + words, stands);
    }
}
