package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.CancelCause;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.SwitchSessionRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P8: a cancel answers with the end, and nothing comes behind it. */
final class CancelTest {
    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private final SettableClock clock = new SettableClock();

    /** Planted: a cancel that leaves the message its place: it is claimed, and its claim fails. */
    @Test
    void p8CancelIsFinalForAQueuedMessage() throws Exception {
        try (TestServer server = start()) {
            server.submit("s", "runs");
            Message waiting = server.submit("s", "waits");
            ScriptedModel.Call call = model.next();
            assertCancelled(Calls.cancel(server, waiting.getMessageId()), 0);
            List<ResponseEntry> log = LogStream.whole(server, "s", waiting.getMessageId());
            assertEquals(1, log.size());
            assertEquals(
                    CancelCause.CANCEL_CAUSE_REQUESTED,
                    log.getFirst().getCancelled().getCause());

            Message after = server.submit("s", "after");
            call.text("a").complete();
            ScriptedModel.Call next = model.next();
            assertEquals("after", next.prompt().text());
            next.complete();
            Calls.ended(server, after);
            assertEquals(0, model.waiting());
        }
    }

    /** Planted: MessageRunner that does not close its call when it is stopped. */
    @Test
    void p8CancelIsFinalBeforeTheFirstByte() throws Exception {
        try (TestServer server = start()) {
            Message message = server.submit("s", "one");
            ScriptedModel.Call call = model.next();
            assertCancelled(Calls.cancel(server, message.getMessageId()), 1);
            call.cancelled().get(60, TimeUnit.SECONDS);
            call.text("late").complete();
            assertNothingFollows(server, message, 1);
        }
    }

    /** Planted: queue.end without the signal to the lease, so that the provider's call goes on. */
    @Test
    void p8CancelIsFinalInTheMiddleOfAnAnswerAndItsPartialTextStays() throws Exception {
        try (TestServer server = start()) {
            Message message = server.submit("s", "one");
            ScriptedModel.Call call = model.next().text("half ").text("an answer");
            LogStream.follow(server, "s")
                    .until(entry -> entry.getText().getText().equals("an answer"));
            assertCancelled(Calls.cancel(server, message.getMessageId()), 1);
            call.cancelled().get(60, TimeUnit.SECONDS);
            call.text("late").complete();
            assertNothingFollows(server, message, 4);
            assertEquals(
                    "half an answer", Calls.turn(server, message.getMessageId()).getAnswer());
            server.session("other");
            assertEquals(
                    "half an answer",
                    server.users()
                            .switchSession(SwitchSessionRequest.newBuilder()
                                    .setSessionId("s")
                                    .build())
                            .getTurns(0)
                            .getAnswer());
            // What was said so far is part of the conversation.
            server.submit("s", "go on");
            assertEquals(
                    "half an answer", model.next().prompt().history().getFirst().assistant());
        }
    }

    /** Planted: a head that waits for its retry is left in the table when its message ends. */
    @Test
    void p8CancelIsFinalBetweenAttempts() throws Exception {
        try (TestServer server = start()) {
            Message message = server.submit("s", "one");
            ScriptedModel.Call call = model.next().text("half");
            call.fail(ModelFailure.outage(FailureReason.PROVIDER_UNAVAILABLE, null, "down"));
            call.cancelled().get(60, TimeUnit.SECONDS);
            assertTrue(Calls.message(server, message.getMessageId()).hasRetryTime());
            Message cancelled = Calls.cancel(server, message.getMessageId());
            assertCancelled(cancelled, 1);
            assertEquals(0, Calls.session(server, "s").getRunningMessages());

            clock.advance(Duration.ofHours(1));
            Calls.wakeWorkers(server);
            Message next = server.submit("s", "two");
            ScriptedModel.Call second = model.next();
            assertEquals("two", second.prompt().text());
            second.complete();
            Calls.ended(server, next);
            assertEquals(cancelled, Calls.message(server, message.getMessageId()));
            assertEquals(0, model.waiting());
        }
    }

    @Test
    void p8ASecondCancelAnswersWithTheEndThatCameFirst() throws Exception {
        try (TestServer server = start()) {
            Message message = server.submit("s", "one");
            model.next().text("a").complete();
            Message completed = Calls.ended(server, message);
            assertEquals(MessageState.MESSAGE_STATE_COMPLETED, completed.getState());
            assertEquals(completed, Calls.cancel(server, message.getMessageId()));

            Message other = server.submit("s", "two");
            Message cancelled = Calls.cancel(server, other.getMessageId());
            assertEquals(cancelled, Calls.cancel(server, other.getMessageId()));
            assertEquals(2, Calls.notifications(server).size());
        }
    }

    /** Planted: MessageRunner.end without the fence: two ends, and the second one's entries behind the first. */
    @Test
    void p8ACancelThatRacesTheCompletionGivesExactlyOneEnd() throws Exception {
        int rounds = 200;
        int completed = 0;
        try (TestServer server = start()) {
            for (int round = 0; round < rounds; round++) {
                Message message = server.submit("s", "one");
                ScriptedModel.Call call = model.next();
                CyclicBarrier together = new CyclicBarrier(2);
                CompletableFuture<Void> answer = CompletableFuture.runAsync(() -> {
                    await(together);
                    call.text("whole").complete();
                });
                await(together);
                Message end = Calls.cancel(server, message.getMessageId());
                answer.get(60, TimeUnit.SECONDS);
                call.cancelled().get(60, TimeUnit.SECONDS);
                List<ResponseEntry> log = LogStream.whole(server, "s", message.getMessageId());
                assertEquals(1, log.stream().filter(Calls::terminal).count());
                assertTrue(Calls.terminal(log.getLast()));
                assertEquals(end, Calls.message(server, message.getMessageId()));
                boolean whole = end.getState() == MessageState.MESSAGE_STATE_COMPLETED;
                assertEquals(whole, log.getLast().hasCompleted());
                completed += whole ? 1 : 0;
            }
            assertEquals(rounds, Calls.notifications(server).size());
            assertEquals(0, Calls.session(server, "s").getRunningMessages());
            List<ResponseEntry> log = LogStream.log(server, "s");
            assertEquals(rounds, log.stream().filter(Calls::terminal).count());
            assertEquals(
                    completed, log.stream().filter(ResponseEntry::hasCompleted).count());
        }
    }

    private TestServer start() throws Exception {
        TestServer server = TestServer.start(folder, clock, List.of(model));
        server.session("s");
        return server;
    }

    private static void assertCancelled(Message message, int attempts) {
        assertEquals(MessageState.MESSAGE_STATE_CANCELLED, message.getState());
        assertEquals(CancelCause.CANCEL_CAUSE_REQUESTED, message.getCancelCause());
        assertEquals(attempts, message.getAttempts());
        assertTrue(message.getTerminalSequence() > 0);
        assertTrue(message.hasEndTime());
    }

    /** The next message of the session runs and ends, and the one before has what it had. */
    private void assertNothingFollows(TestServer server, Message message, int entries) throws Exception {
        Message next = server.submit("s", "next");
        model.next().text("x").complete();
        Calls.ended(server, next);
        List<ResponseEntry> log = LogStream.whole(server, "s", message.getMessageId());
        assertEquals(entries, log.size());
        assertTrue(log.getLast().hasCancelled());
        assertEquals(
                log.getLast().getSequence() + 1,
                LogStream.whole(server, "s", next.getMessageId()).getFirst().getSequence());
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
