package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.FailureReason;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.ModelHold;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.QueueStage;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.SessionHead;
import dev.meanwhile.v1.StoreStage;
import dev.meanwhile.v1.WorkerStage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What somebody is told who waits for an answer. */
final class WaitTellerTest {
    private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
    private final Captured shell = Captured.terminal();
    private final Cli cli = new Cli(shell.shell());

    /**
     * Planted: the time of the attempt beside that of the hold; nothing said of what is in front. Each found red. Red if
     * what is due is said to be tried now.
     */
    @Test
    void whatHoldsAMessageBackIsSaidInWords() {
        Message queued = Message.newBuilder()
                .setState(MessageState.MESSAGE_STATE_QUEUED)
                .setModel("m")
                .setCurrentPriority(Priority.PRIORITY_LOW)
                .build();
        assertWords(
                "queued behind 2 messages of its session",
                queued,
                QueueStage.newBuilder().setAheadInSession(2));
        SessionHead.Builder front =
                SessionHead.newBuilder().setMessageId("first1").setModel("m").setAttempts(1);
        assertWords(
                "queued behind 2 messages of its session; in front is first1: attempt 1 runs for 7.0 s",
                queued,
                QueueStage.newBuilder()
                        .setAheadInSession(2)
                        .setHead(front.clone().setAttemptStartTime(in(-7))));
        assertWords(
                "queued behind 1 message of its session; in front is first1: waits for attempt 2; model m does not answer"
                        + " (provider unavailable, 4 in a row), so nothing is started on it; next try in 20 s",
                queued,
                QueueStage.newBuilder()
                        .setAheadInSession(1)
                        .setHead(front.clone().setRetryTime(in(20)).setModelHold(hold(12))));
        assertWords(
                "queued behind 1 message of its session; in front is first1: queued; an operator has paused the workers,"
                        + " so nothing is started; end that with: bin/meanwhile resume",
                queued,
                QueueStage.newBuilder()
                        .setAheadInSession(1)
                        .setWorkersPaused(true)
                        .setHead(front.clone().setAttempts(0)));
        assertWords(
                "queued, number 5 in lane LOW of model m",
                queued,
                QueueStage.newBuilder().setPosition(5));
        assertWords(
                "queued, number 1 in lane LOW of model m; an operator has paused the workers, so nothing is started; end"
                        + " that with: bin/meanwhile resume",
                queued,
                QueueStage.newBuilder().setPosition(1).setWorkersPaused(true));
        assertWords(
                "queued, number 1 in lane LOW of model m; model m does not answer (provider unavailable, 4 in a row), so"
                        + " nothing is started on it; next try in 12 s",
                queued,
                QueueStage.newBuilder().setPosition(1).setModelHold(hold(12)));
        Message running = queued.toBuilder()
                .setState(MessageState.MESSAGE_STATE_RUNNING)
                .setAttempts(2)
                .build();
        assertWords(
                "attempt 2 failed: the line is dead; next try in 12 s",
                running,
                QueueStage.newBuilder().setRetryTime(in(12)));
        assertWords(
                "attempt 2 failed: the line is dead; model m does not answer (provider unavailable, 4 in a row), so nothing"
                        + " is started on it; next try in 12 s",
                running,
                QueueStage.newBuilder().setRetryTime(in(12)).setModelHold(hold(8)));
        assertWords(
                "attempt 2 failed: the line is dead; next try when its turn comes",
                running,
                QueueStage.newBuilder().setRetryTime(in(0)));
        assertWords(
                "attempt 2 failed: the line is dead; model m does not answer (provider unavailable, 4 in a row), so nothing"
                        + " is started on it; next try in 8 s",
                running,
                QueueStage.newBuilder().setRetryTime(in(-5)).setModelHold(hold(8)));
        assertWords(
                "queued behind 1 message of its session; in front is first1: waits for attempt 2; next try when its turn comes",
                queued,
                QueueStage.newBuilder()
                        .setAheadInSession(1)
                        .setHead(front.clone().setRetryTime(in(-1))));
        assertWords("attempt 2 runs for 7.0 s; the model has not begun to answer", running, QueueStage.newBuilder());
        assertEquals(
                Optional.empty(),
                words(running.toBuilder().setTerminalSequence(3).build(), QueueStage.newBuilder()));
    }

    /** Planted: told without a change; a thread that no close ends. Each found red. */
    @Test
    void itIsToldOncePerChange() throws Exception {
        AtomicReference<WaitWords> state = new AtomicReference<>(new WaitWords("a", "first", false));
        AtomicInteger looks = new AtomicInteger();
        AtomicReference<Thread> looker = new AtomicReference<>();
        WaitTeller teller = new WaitTeller(
                cli,
                new AnswerPrinter(shell.screen(), false, through -> {}),
                () -> {
                    looks.incrementAndGet();
                    looker.set(Thread.currentThread());
                    return Optional.of(state.get());
                },
                Duration.ofMillis(20),
                Duration.ofMillis(5));
        try (teller) {
            await(() -> looks.get() > 10);
            assertEquals("first\n", shell.err());
            state.set(new WaitWords("b", "second", false));
            await(() -> shell.err().contains("second"));
        }
        assertEquals("first\nsecond\n", shell.err());
        assertTrue(looker.get().join(Duration.ofSeconds(30)), "it goes on looking");
    }

    /** Planted: all of it; nothing of it. Each found red. */
    @Test
    void whereOnlyAFileTakesItWhatNothingWorksOnIsToldAndNothingElse() {
        Captured files = Captured.pipe("");
        AtomicReference<WaitWords> state = new AtomicReference<>(new WaitWords("a", "runs", false));
        AtomicInteger looks = new AtomicInteger();
        try (WaitTeller teller = new WaitTeller(
                new Cli(files.shell()),
                new AnswerPrinter(files.screen(), false, through -> {}),
                () -> {
                    looks.incrementAndGet();
                    return Optional.of(state.get());
                },
                Duration.ofMillis(1),
                Duration.ofMillis(1))) {
            await(() -> looks.get() > 10);
            state.set(new WaitWords("b", "paused", true));
            await(() -> !files.err().isEmpty());
        }
        assertEquals("paused\n", files.err());
    }

    /** Planted: a thread whoever sees it; found red. */
    @Test
    void besideJsonWhereOnlyAFileTakesItItDoesNotLook() {
        AtomicInteger looks = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        Cli json = new Cli(Captured.pipe("").shell());
        new CommandLine(json).parseArgs("--json");
        try (WaitTeller none = looking(json, looks);
                WaitTeller other = looking(cli, others)) {
            await(() -> others.get() > 10);
            assertEquals(0, looks.get());
        }
    }

    private static WaitTeller looking(Cli cli, AtomicInteger looks) {
        return new WaitTeller(
                cli,
                new AnswerPrinter(cli.screen(), false, through -> {}),
                () -> {
                    looks.incrementAndGet();
                    return Optional.empty();
                },
                Duration.ofMillis(1),
                Duration.ofMillis(1));
    }

    /** Planted: the first look only after the wait. */
    @Test
    void whatNothingWorksOnIsToldAtOnceAndTheRestLater() {
        AtomicInteger looks = new AtomicInteger();
        for (boolean stands : new boolean[] {false, true}) {
            try (WaitTeller teller = new WaitTeller(
                    cli,
                    new AnswerPrinter(shell.screen(), false, through -> {}),
                    () -> {
                        looks.incrementAndGet();
                        return Optional.of(new WaitWords("a", "stands " + stands, stands));
                    },
                    Duration.ofHours(1),
                    Duration.ofHours(1))) {
                await(() -> looks.get() == (stands ? 2 : 1)
                        && (!stands || !shell.err().isEmpty()));
            }
        }
        assertEquals("stands true\n", shell.err());
    }

    /** Planted: a cut stream whose look is told; found red: "pauses in the middle" before the text was told void. */
    @Test
    void whatIsFoundWhileTheStreamIsCutIsNotTold() throws Exception {
        RpcError gone = assertThrows(RpcError.class, () -> {
            try (MeanwhileClient nobody = MeanwhileClient.connect(LoopbackServer.nowhere(), "")) {
                nobody.models();
            }
        });
        AtomicInteger looks = new AtomicInteger();
        AtomicReference<Thread> looker = new AtomicReference<>();
        CountDownLatch looking = new CountDownLatch(1);
        CountDownLatch found = new CountDownLatch(1);
        try (WaitTeller teller = new WaitTeller(
                cli,
                new AnswerPrinter(shell.screen(), false, through -> {}),
                () -> {
                    if (looks.incrementAndGet() > 1) {
                        return Optional.of(new WaitWords("b", "attempt 2 runs", false));
                    }
                    looker.set(Thread.currentThread());
                    looking.countDown();
                    try {
                        found.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Optional.of(new WaitWords("a", "attempt 2 waits", true));
                },
                Duration.ofMillis(20),
                Duration.ofMillis(5))) {
            looking.await();
            teller.cut(gone, Duration.ZERO);
            found.countDown();
            await(() -> looker.get().getState() == Thread.State.TIMED_WAITING); // it has told what it wants to
            teller.received(ResponseChunksResponse.getDefaultInstance());
            await(() -> shell.err().contains("runs"));
        }
        assertTrue(shell.err().startsWith("connection lost ("), shell.err());
        assertTrue(shell.err().endsWith("\nattempt 2 runs\n"), shell.err());
        assertEquals(2, shell.err().lines().count(), shell.err());
    }

    private void assertWords(String words, Message message, QueueStage.Builder queue) {
        assertEquals(words, words(message, queue).map(WaitWords::words).orElse(""));
    }

    private Optional<WaitWords> words(Message message, QueueStage.Builder queue) {
        return WaitWords.of(
                ExplainMessageResponse.newBuilder()
                        .setMessage(message)
                        .setQueue(queue)
                        .setWorker(WorkerStage.newBuilder()
                                .addAttempts(Attempt.newBuilder()
                                        .setNumber(2)
                                        .setStartTime(in(-7))
                                        .setCause(ErrorInfo.newBuilder().putMetadata("text", "the line is dead."))))
                        .setStore(StoreStage.getDefaultInstance())
                        .build(),
                NOW,
                cli);
    }

    private static ModelHold hold(long seconds) {
        return ModelHold.newBuilder()
                .setUntilTime(in(seconds))
                .setReason(FailureReason.FAILURE_REASON_PROVIDER_UNAVAILABLE)
                .setFailuresInRow(4)
                .build();
    }

    private static Timestamp in(long seconds) {
        return Timestamp.newBuilder().setSeconds(NOW.getEpochSecond() + seconds).build();
    }

    private static void await(java.util.concurrent.Callable<Boolean> done) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(done);
    }
}
