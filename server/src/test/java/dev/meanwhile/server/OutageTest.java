package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.GetQueueStatsRequest;
import dev.meanwhile.v1.GetQueueStatsResponse;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.ListMessagesResponse;
import dev.meanwhile.v1.ListModelsRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.ModelHold;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.Turn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A provider that is out holds its model: messages wait, and none fails for it that need not. */
final class OutageTest {
    @TempDir
    Path folder;

    /**
     * Ten minutes in which the provider refuses, a hundred times faster: 6 s.
     *
     * <p>Planted: no hold (every head meets it); a hold that the next claim does not wait for.
     */
    @Test
    void p2AnOutageOfTenMinutesFailsNothingOfFiveThousandQueuedMessages() throws Exception {
        int sessions = 100;
        int each = 50;
        try (HttpProvider provider = new HttpProvider();
                TestServer server = TestServer.start(
                        folder,
                        java.time.Clock.systemUTC(),
                        List.of(),
                        provider.flags(
                                "--retry-for=100s",
                                "--retry-delay=10ms",
                                "--retry-delay-max=600ms",
                                "--log-level.WORKER=ERROR"))) {
            UserCalls calls = new UserCalls(server);
            long end = System.nanoTime() + Duration.ofSeconds(6).toNanos();
            provider.outFor(request -> System.nanoTime() - end < 0);
            IntStream.range(0, sessions).forEach(i -> server.session("s" + i));
            submitAll(server, sessions, each);
            Awaitility.await()
                    .atMost(Duration.ofMinutes(3))
                    .until(() -> stats(server).getModels(0).getLanesList().stream()
                            .allMatch(lane ->
                                    lane.getQueuedMessages() + lane.getRunningMessages() + lane.getRetryingMessages()
                                            == 0));
            int tried = 0;
            for (int i = 0; i < sessions; i++) {
                List<Message> messages = messages(server, "s" + i);
                assertEquals(each, messages.size());
                for (Message message : messages) {
                    assertEquals(MessageState.MESSAGE_STATE_COMPLETED, message.getState(), message.getMessageId());
                    tried += message.getAttempts() > 1 ? 1 : 0;
                }
            }
            assertEquals(sessions * each, provider.answered());
            assertTrue(tried <= 20, tried + " messages met the outage, with 8 workers");
            assertTrue(provider.refused() <= 40, provider.refused() + " calls were made in vain");
            assertFalse(calls.explain(messages(server, "s0").getFirst().getMessageId())
                    .getQueue()
                    .hasModelHold());
        }
    }

    /**
     * One request that its provider always fails, beside healthy ones.
     *
     * <p>Planted: a failed message that is due with its model's hold, so that it is always the next to try.
     */
    @Test
    void aPoisonedRequestBesideHealthyOnesHoldsNobodyUp() throws Exception {
        try (HttpProvider provider = new HttpProvider();
                TestServer server = TestServer.start(
                        folder,
                        java.time.Clock.systemUTC(),
                        List.of(),
                        provider.flags(
                                "--workers=2",
                                "--retry-for=100s",
                                "--retry-delay=10ms",
                                "--retry-delay-max=60s",
                                "--log-level.WORKER=ERROR"))) {
            UserCalls calls = new UserCalls(server);
            provider.outFor(request -> request.contains("poison"));
            server.session("bad");
            String poison = calls.submit("bad", "poison");
            for (int round = 0; round < 200; round++) {
                String session = "s" + round % 5;
                if (round < 5) {
                    server.session(session);
                }
                calls.awaitEnds(session, calls.submit(session, "hello"));
            }
            assertEquals(200, provider.answered());
            assertEquals(
                    MessageState.MESSAGE_STATE_RUNNING,
                    calls.message(poison).getMessage().getState());
            // Its own wait grows fourfold, so that a slow machine sees hardly more of them than a fast one.
            assertTrue(provider.refused() < 15, "the poisoned request was tried " + provider.refused() + " times");
            calls.cancel(poison);
        }
    }

    /** Planted: no hold in the list of models; in the stats; in the explanation of a message that waits. */
    @Test
    void theHoldIsToldToUsersAndOperators() throws Exception {
        SettableClock clock = new SettableClock();
        ScriptedModel model = new ScriptedModel();
        try (TestServer server =
                TestServer.start(folder, clock, List.of(model), "--workers=1", "--log-level.WORKER=ERROR")) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            server.session("two");
            assertFalse(model(server).hasHold());
            calls.submit("one", "meets it");
            ScriptedModel.Call met = model.next();
            String waits = calls.submit("two", "waits behind it");
            met.fail(ModelFailure.outage(FailureReason.PROVIDER_RATE_LIMITED, Duration.ofSeconds(30), "busy"));
            met.cancelled().get();
            ModelHold hold = model(server).getHold();
            assertEquals(dev.meanwhile.v1.FailureReason.FAILURE_REASON_PROVIDER_RATE_LIMITED, hold.getReason());
            assertEquals(
                    clock.instant().plusSeconds(30).getEpochSecond(),
                    hold.getUntilTime().getSeconds());
            assertEquals(1, hold.getFailuresInRow());
            assertEquals(hold, stats(server).getModels(0).getHold());
            assertEquals(hold, calls.explain(waits).getQueue().getModelHold());
            clock.advance(Duration.ofSeconds(30));
            Calls.wakeWorkers(server);
            model.next().text("hello").complete();
            calls.awaitEnds("two", waits);
            assertFalse(model(server).hasHold());
            assertFalse(stats(server).getModels(0).hasHold());
            assertFalse(calls.explain(waits).getQueue().hasModelHold());
        }
    }

    /** Planted: an answer noted for the time when it was asked; found red. */
    @Test
    void aModelIsNotSaidToAnswerBeforeItDid() throws Exception {
        SettableClock clock = new SettableClock();
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, clock, List.of(model))) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            assertFalse(model(server).hasLastAttemptTime() || model(server).hasLastAnswerTime());
            calls.submit("one", "hello");
            ScriptedModel.Call call = model.next();
            assertEquals(
                    clock.instant().getEpochSecond(),
                    model(server).getLastAttemptTime().getSeconds());
            assertFalse(model(server).hasLastAnswerTime());
            clock.advance(Duration.ofSeconds(7));
            try (Tail tail = Tail.follow(server, "one", 0)) {
                call.text("hi");
                tail.text(1);
            }
            assertEquals(
                    clock.instant().getEpochSecond(),
                    model(server).getLastAnswerTime().getSeconds());
            assertFalse(server.users()
                    .listModels(ListModelsRequest.getDefaultInstance())
                    .getWorkersPaused());
            calls.pause();
            assertTrue(server.users()
                    .listModels(ListModelsRequest.getDefaultInstance())
                    .getWorkersPaused());
        }
    }

    private static dev.meanwhile.v1.Model model(TestServer server) {
        return server.users().listModels(ListModelsRequest.getDefaultInstance()).getModels(0);
    }

    private static GetQueueStatsResponse stats(TestServer server) {
        return server.operators().getQueueStats(GetQueueStatsRequest.getDefaultInstance());
    }

    private static void submitAll(TestServer server, int sessions, int each) throws Exception {
        var users = SessionServiceGrpc.newFutureStub(server.channel());
        for (int m = 0; m < each; m++) {
            List<Future<SubmitMessageResponse>> sent = new ArrayList<>();
            for (int s = 0; s < sessions; s++) {
                sent.add(users.submitMessage(SubmitMessageRequest.newBuilder()
                        .setSessionId("s" + s)
                        .setText("hello " + m)
                        .build()));
            }
            for (Future<SubmitMessageResponse> one : sent) {
                one.get();
            }
        }
    }

    private static List<Message> messages(TestServer server, String session) {
        ListMessagesResponse page = server.users()
                .listMessages(ListMessagesRequest.newBuilder()
                        .setSessionId(session)
                        .setPageSize(100)
                        .build());
        return page.getTurnsList().stream().map(Turn::getMessage).toList();
    }
}
