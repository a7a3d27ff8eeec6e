package dev.meanwhile.cli;

import dev.meanwhile.client.Answer;
import dev.meanwhile.client.AnswerEnd;
import dev.meanwhile.client.AnswerFollower;
import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.FollowRequest;
import dev.meanwhile.client.LogListener;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.AttemptReset;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.ModelHold;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One question to a model. The server tries again for a long time where a provider does not answer; here the first
 * attempt that fails is told.
 */
final class ModelTest {
    private static final String QUESTION = "Say hello in one short sentence.";
    private static final long LOOK_MILLIS = 250;
    private static final int EXCERPT = 60;
    private final MeanwhileClient client;
    private final Cli cli;
    private final Duration patience;

    /** What came of it, in words that go on a sentence. */
    sealed interface Result {}

    record Works(String figures) implements Result {}

    record Fails(String why) implements Result {}

    ModelTest(MeanwhileClient client, Cli cli, Duration patience) {
        this.client = client;
        this.cli = cli;
        this.patience = patience;
    }

    /** @param failures in a row with which the model is held, 0 = it is not */
    Result ask(String session, int failures) throws InterruptedException {
        long start = System.nanoTime();
        SubmitMessageResponse accepted = client.submit(SubmitMessageRequest.newBuilder()
                .setSessionId(session)
                .setText(QUESTION)
                .setPriority(Priority.PRIORITY_HIGH) // somebody waits for it
                .build());
        json(accepted);
        String message = accepted.getMessage().getMessageId();
        Watch watch = new Watch();
        Cursor from = new Cursor(accepted.getEpoch(), accepted.getLogPosition());
        AnswerFollower follower = client.answer(FollowRequest.message(session, message, from), watch);
        FutureTask<Answer> answer = new FutureTask<>(follower::follow);
        Thread following = Thread.ofVirtual().name("models-test").start(answer);
        try {
            while (true) {
                try {
                    return result(message, answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS), watch, start);
                } catch (TimeoutException e) {
                    Fails failed = lookAt(message, start, failures);
                    if (failed != null) {
                        return failed;
                    }
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
                }
            }
        } finally {
            following.interrupt();
        }
    }

    private @Nullable Fails lookAt(String message, long start, int failures) {
        ExplainMessageResponse life = client.explain(message);
        for (Attempt attempt : life.getWorker().getAttemptsList()) {
            if (attempt.hasCause()) {
                json(life);
                return new Fails(
                        words(attempt.getCause().getReason(), attempt.getCause().getMetadataOrDefault("text", "")));
            }
        }
        ModelHold hold = life.getQueue().getModelHold();
        if (hold.getFailuresInRow() > failures) { // the one call that may be tried was another's
            json(life);
            return new Fails("it was tried with another message meanwhile. It is " + ModelsCommand.held(hold, cli));
        }
        if (System.nanoTime() - start < patience.toNanos()) {
            return null;
        }
        json(life);
        String state = life.getQueue().hasModelHold()
                ? "; it is " + ModelsCommand.held(life.getQueue().getModelHold(), cli)
                : life.getWorker().getAttemptsCount() == 0
                        ? "; the question still waits for a free worker (see: " + cli.command("models") + ")"
                        : "; the model was still answering";
        return new Fails("no whole answer within " + Moment.span(patience) + state);
    }

    private Result result(String message, Answer answer, Watch watch, long start) {
        return switch (answer.end()) {
            case AnswerEnd.Completed(AnswerCompleted entry, boolean checked) ->
                new Works(figures(message, entry, answer.text(), watch, start));
            case AnswerEnd.Failed(var entry) ->
                new Fails(words(Words.value(entry.getReason(), "FAILURE_REASON_"), entry.getMessage()));
            case AnswerEnd.Cancelled end -> new Fails("somebody cancelled the question");
            case AnswerEnd.Told(var told) -> new Fails("the answer ended unseen: " + Words.state(told));
            case AnswerEnd.Gone end -> new Fails("somebody deleted the session of the test");
        };
    }

    private String figures(String message, AnswerCompleted entry, String text, Watch watch, long start) {
        ExplainMessageResponse life = client.explain(message);
        json(life);
        Duration waited = Duration.ofSeconds(
                life.getQueue().getWait().getSeconds(),
                life.getQueue().getWait().getNanos());
        long end = System.nanoTime();
        long first = watch.first == 0 ? end : watch.first;
        StringBuilder words = new StringBuilder("first token after ")
                .append(Moment.span(Duration.ofNanos(first - start).minus(waited)));
        if (waited.compareTo(Duration.ofMillis(500)) > 0) {
            words.append(" (and ").append(Moment.span(waited)).append(" of waiting for a free worker)");
        }
        long tokens = entry.getUsage().getOutputTokens();
        double seconds = Math.max(watch.last - first, 0) / 1e9;
        long pieces = tokens > 0 ? tokens : entry.getChunkCount();
        String unit = tokens > 0 ? "token" : "chunk";
        // Behind the first one: it took its time before.
        if (pieces > 1 && seconds >= 0.001) {
            words.append(String.format(Locale.ROOT, ", %.1f %ss/s", (pieces - 1) / seconds, unit));
        }
        words.append(", ").append(Words.count(pieces, unit));
        String said = EscapeFilter.line(text).strip();
        boolean fits = said.codePointCount(0, said.length()) <= EXCERPT;
        String shown = fits ? said : said.substring(0, said.offsetByCodePoints(0, EXCERPT)) + "...";
        return words.append(said.isEmpty() ? ", but the answer has no text" : ": \"" + shown + "\"")
                .toString();
    }

    private static String words(String reason, String text) {
        return reason.toLowerCase(Locale.ROOT).replace('_', ' ') + ". " + EscapeFilter.line(text);
    }

    private void json(com.google.protobuf.MessageOrBuilder message) {
        if (cli.json()) {
            cli.screen().json(message);
        }
    }

    /** Takes the time of the pieces; heard on the thread that follows, read when it has ended. */
    private final class Watch implements LogListener {
        private volatile long first;
        private volatile long last;

        @Override
        public void received(ResponseChunksResponse response) {
            json(response);
        }

        @Override
        public void text(String messageId, String text) {
            note();
        }

        @Override
        public void reasoning(String messageId, String text) {
            note();
        }

        private void note() {
            last = System.nanoTime();
            first = first == 0 ? last : first;
        }

        @Override
        public void dropText(String messageId, AttemptReset reset) {}

        @Override
        public void ended(String messageId, AnswerEnd end, Cursor through) {}

        @Override
        public void dropEverything() {}
    }
}
