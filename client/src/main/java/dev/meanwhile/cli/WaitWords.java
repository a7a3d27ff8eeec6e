package dev.meanwhile.cli;

import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.QueueStage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Why an answer does not come.
 *
 * @param key the same while nothing has changed; the words may count seconds
 */
record WaitWords(String key, String words) {

    /** Empty if the message has ended. */
    static Optional<WaitWords> of(ExplainMessageResponse life, Instant now, Cli cli) {
        Message message = life.getMessage();
        QueueStage queue = life.getQueue();
        if (message.getTerminalSequence() > 0) {
            return Optional.empty();
        }
        boolean queued = message.getState() == MessageState.MESSAGE_STATE_QUEUED;
        boolean retries = queue.hasRetryTime() || !queued && lastHasEnded(life);
        if (!queued && !retries) {
            return Optional.of(running(life, now));
        }
        WaitWords why = retries ? retry(life, now) : inQueue(message, queue);
        if (queue.getWorkersPaused()) {
            return Optional.of(why.and(
                    "paused",
                    "an operator has paused the workers, so nothing is started; end that with: "
                            + cli.command("resume")));
        }
        return Optional.of(
                queue.hasModelHold()
                        ? why.and(
                                "hold " + queue.getModelHold().getFailuresInRow(),
                                Words.hold(message.getModel(), queue.getModelHold(), now))
                        : why);
    }

    /** Also while its next attempt is due and has not begun, since its model is held or has no free slot. */
    private static boolean lastHasEnded(ExplainMessageResponse life) {
        int attempts = life.getWorker().getAttemptsCount();
        return attempts > 0 && life.getWorker().getAttempts(attempts - 1).hasEndTime();
    }

    private static WaitWords inQueue(Message message, QueueStage queue) {
        if (queue.getAheadInSession() > 0) {
            String words = "queued behind " + Words.count(queue.getAheadInSession(), "message") + " of its session";
            return new WaitWords(words, words);
        }
        // Told when it has halved, not at each step.
        return new WaitWords(
                "lane " + Integer.highestOneBit(queue.getPosition()),
                queue.getPosition() == 0
                        ? "queued"
                        : "queued, number " + queue.getPosition() + " in lane "
                                + Words.lane(message.getCurrentPriority()) + " of model "
                                + EscapeFilter.line(message.getModel()));
    }

    private static WaitWords retry(ExplainMessageResponse life, Instant now) {
        int attempts = life.getWorker().getAttemptsCount();
        String failed = "the last attempt failed";
        if (attempts > 0) {
            Attempt last = life.getWorker().getAttempts(attempts - 1);
            String cause =
                    last.getCause().getMetadataOrDefault("text", last.getCause().getReason());
            failed = "attempt " + last.getNumber() + " failed: "
                    + EscapeFilter.line(cause).replaceFirst("\\.$", "");
        }
        return new WaitWords(
                "retry " + life.getMessage().getAttempts(),
                failed
                        + (life.getQueue().hasRetryTime()
                                ? "; next try " + Moment.until(life.getQueue().getRetryTime(), now)
                                : "; it is due to be tried again"));
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
                        + (silent ? "has not begun to answer" : "pauses in the middle of its answer"));
    }

    private WaitWords and(String moreKey, String moreWords) {
        return new WaitWords(key + ", " + moreKey, words + "; " + moreWords);
    }
}
