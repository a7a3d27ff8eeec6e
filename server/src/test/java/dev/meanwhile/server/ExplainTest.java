package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.ConflictPolicy;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.LaneEvent;
import dev.meanwhile.v1.LaneEventKind;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.QueueStage;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.RouteReason;
import dev.meanwhile.v1.SessionHead;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.UpdateSessionRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ExplainMessage tells the truth at each moment of a message's life. */
final class ExplainTest {
    private static final String[] ONE_WORKER = {"--workers=1", "--reserved-for-active=0", "--drain=0"};

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final ScriptedModel model = new ScriptedModel();

    /** Planted: the active session of now instead of then; the override for the priority. Each found red. */
    @Test
    void theRoutingStageKeepsTheInputsOfTheDecision() throws Exception {
        try (TestServer server = TestServer.start(folder, clock, List.of(model), ONE_WORKER)) {
            UserCalls calls = new UserCalls(server);
            server.session("front");
            server.session("back");
            String first = calls.submit("back", "one");
            String second = server.users()
                    .submitMessage(SubmitMessageRequest.newBuilder()
                            .setSessionId("back")
                            .setText("two")
                            .setPriority(Priority.PRIORITY_HIGH)
                            .setConflictPolicy(ConflictPolicy.CONFLICT_POLICY_INTERRUPT)
                            .build())
                    .getMessage()
                    .getMessageId();
            calls.switchTo("back");
            ExplainMessageResponse explained = calls.explain(second);
            assertEquals("front", explained.getRouting().getActiveSessionId());
            assertEquals(Route.ROUTE_BACKGROUND, explained.getRouting().getRoute());
            assertEquals(
                    RouteReason.ROUTE_REASON_OTHER_SESSION_ACTIVE,
                    explained.getRouting().getReason());
            assertEquals(Priority.PRIORITY_HIGH, explained.getRouting().getPriority());
            assertEquals(Priority.PRIORITY_HIGH, explained.getRouting().getPriorityOverride());
            assertEquals(
                    ConflictPolicy.CONFLICT_POLICY_INTERRUPT,
                    explained.getRouting().getConflictPolicy());
            assertEquals(1, explained.getRouting().getAheadInSession());
            assertEquals(
                    Priority.PRIORITY_LOW, calls.explain(first).getRouting().getPriority());
            assertEquals(
                    Priority.PRIORITY_UNSPECIFIED,
                    calls.explain(first).getRouting().getPriorityOverride());
            assertEquals(calls.message(second).getMessage(), explained.getMessage());
        }
    }

    /** Planted: the place counted without the ties; the wait until now though it runs. Each found red. */
    @Test
    void theStagesFollowAMessageThatWaitsRunsAndEnds() throws Exception {
        try (TestServer server = TestServer.start(folder, clock, List.of(model), ONE_WORKER)) {
            UserCalls calls = new UserCalls(server);
            server.session("front");
            server.session("back");
            calls.submit("front", "busy");
            final ScriptedModel.Call busy = model.next();
            String before = calls.submit("back", "before");
            String message = calls.submit("back", "hello");
            clock.advance(Duration.ofSeconds(10));

            QueueStage behind = calls.explain(message).getQueue();
            assertEquals(1, behind.getAheadInSession());
            assertEquals(0, behind.getPosition(), "it stands in no lane");
            assertEquals(0, behind.getLaneEventsCount());
            assertEquals(10, behind.getWait().getSeconds());
            assertFalse(behind.getWorkersPaused());
            assertEquals(1, calls.explain(before).getQueue().getPosition());

            calls.cancel(before);
            QueueStage head = calls.explain(message).getQueue();
            assertEquals(0, head.getAheadInSession());
            assertEquals(1, head.getPosition());
            assertEquals(
                    LaneEventKind.LANE_EVENT_KIND_BECAME_HEAD,
                    head.getLaneEvents(0).getKind());
            assertEquals(Priority.PRIORITY_LOW, head.getLaneEvents(0).getLane());
            assertTrue(head.getLaneEvents(0).getTag() > 0);
            assertEquals(0, calls.explain(message).getWorker().getAttemptsCount());

            calls.pause();
            assertTrue(calls.explain(message).getQueue().getWorkersPaused());
            calls.resume();
            busy.complete();
            ScriptedModel.Call call = model.next();
            clock.advance(Duration.ofSeconds(5));
            try (Tail tail = Tail.follow(server, "back", 0)) {
                call.text("one ").text("two");
                tail.text(2);
                ExplainMessageResponse running = calls.explain(message);
                assertEquals(
                        MessageState.MESSAGE_STATE_RUNNING, running.getMessage().getState());
                assertEquals(10, running.getQueue().getWait().getSeconds(), "until its first attempt");
                assertEquals(0, running.getQueue().getPosition());
                assertEquals(1, running.getWorker().getAttemptsCount());
                Attempt attempt = running.getWorker().getAttempts(0);
                assertEquals(1, attempt.getNumber());
                assertFalse(attempt.hasEndTime());
                assertFalse(attempt.hasCause());
                assertEquals(Priority.PRIORITY_LOW, attempt.getLane());
                assertEquals(2, running.getStore().getChunkCount());
                assertEquals(7, running.getStore().getByteCount());
                assertEquals(2, running.getStore().getFirstSequence(), "after the end of the cancelled one");
                assertEquals(0, running.getStore().getTerminalSequence());
                assertEquals(0, running.getNotify().getNotificationNumber());
                assertFalse(running.getNotify().hasPostTime());
                call.complete();
                tail.terminal(message);
            }
            ExplainMessageResponse ended = calls.explain(message);
            assertTrue(ended.getWorker().getAttempts(0).hasEndTime());
            assertEquals(2, ended.getStore().getChunkCount());
            assertEquals(
                    ended.getMessage().getTerminalSequence(), ended.getStore().getTerminalSequence());
            long number = ended.getNotify().getNotificationNumber();
            assertTrue(number > 0);
            assertEquals(ended.getMessage().getEndTime(), ended.getNotify().getPostTime());
            assertFalse(ended.getNotify().hasAcknowledgeTime());
            assertEquals(1, calls.acknowledge(number));
            assertTrue(calls.explain(message).getNotify().hasAcknowledgeTime());
            assertEquals(number, calls.explain(message).getNotify().getNotificationNumber());
        }
    }

    /** Planted: the head told of itself too; found red. */
    @Test
    void whatAMessageWaitsBehindIsToldWithWhatThatWaitsFor() throws Exception {
        try (TestServer server = TestServer.start(folder, clock, List.of(model), ONE_WORKER)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            String first = calls.submit("one", "first");
            ScriptedModel.Call call = model.next();
            String second = calls.submit("one", "second");
            SessionHead runs = calls.explain(second).getQueue().getHead();
            assertEquals(first, runs.getMessageId());
            assertEquals(MessageState.MESSAGE_STATE_RUNNING, runs.getState());
            assertEquals(1, runs.getAttempts());
            assertEquals(calls.explain(first).getMessage().getStartTime(), runs.getAttemptStartTime());
            assertFalse(runs.hasRetryTime() || runs.hasModelHold());
            assertFalse(calls.explain(first).getQueue().hasHead(), "nothing is before it");

            call.fail(ModelFailure.outage(FailureReason.PROVIDER_UNAVAILABLE, Duration.ofSeconds(30), "out"));
            call.cancelled().get();
            SessionHead waits = calls.explain(second).getQueue().getHead();
            QueueStage own = calls.explain(first).getQueue();
            assertEquals(first, waits.getMessageId());
            assertEquals(own.getRetryTime(), waits.getRetryTime());
            assertEquals(own.getModelHold(), waits.getModelHold());
            assertTrue(waits.hasRetryTime() && waits.hasModelHold());
            assertFalse(waits.hasAttemptStartTime(), "none runs");
            assertEquals(calls.explain(first).getMessage().getModel(), waits.getModel());
            assertFalse(calls.explain(second).getQueue().hasModelHold(), "not its own");

            calls.cancel(first);
            assertFalse(calls.explain(second).getQueue().hasHead());
        }
    }

    /** Planted: the model of the attempt that failed, which the next one is not made on. */
    @Test
    void betweenAttemptsAChangedModelIsNotHeldForTheOldOne() throws Exception {
        ScriptedModel other = new ScriptedModel();
        String[] flags = {"--model.a.adapter=simulated", "--model.b.adapter=simulated", "--default-model=a", "--drain=0"
        };
        try (TestServer server = TestServer.start(folder, clock, List.of(model, other), flags)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            String first = calls.submit("one", "first");
            String second = calls.submit("one", "second");
            ScriptedModel.Call call = model.next();
            call.fail(ModelFailure.outage(FailureReason.PROVIDER_UNAVAILABLE, Duration.ofSeconds(30), "out"));
            call.cancelled().get();
            assertEquals("a", calls.explain(second).getQueue().getHead().getModel());
            server.users()
                    .updateSession(UpdateSessionRequest.newBuilder()
                            .setSessionId("one")
                            .setModel("b")
                            .build());

            SessionHead head = calls.explain(second).getQueue().getHead();
            assertEquals("b", head.getModel());
            assertTrue(head.hasRetryTime());
            assertFalse(head.hasModelHold());
            assertFalse(calls.explain(first).getQueue().hasModelHold());
            clock.advance(Duration.ofSeconds(31));
            Calls.wakeWorkers(server);
            other.next().text("hello").complete();
            calls.awaitEnds("one", first);
        }
    }

    /** Planted: the failed attempts without the newest; the retry time of a message that runs again. */
    @Test
    void retriesAreToldWithTheirCauses() throws Exception {
        try (TestServer server = TestServer.start(folder, clock, List.of(model), ONE_WORKER)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            String message = calls.submit("one", "hello");
            String words = "ü".repeat(600);
            for (int failed = 1; failed <= 2; failed++) {
                try (Tail tail = Tail.follow(server, "one", calls.session("one").getLastSequence())) {
                    ScriptedModel.Call call = model.next().text("bad");
                    tail.text(1);
                    call.fail(ModelFailure.fault(FailureReason.PROVIDER_CUT, words));
                    assertTrue(tail.next().hasAttemptReset());
                }
                ExplainMessageResponse waits = calls.explain(message);
                assertEquals(
                        MessageState.MESSAGE_STATE_RUNNING, waits.getMessage().getState());
                assertTrue(waits.getQueue().hasRetryTime());
                assertEquals(waits.getMessage().getRetryTime(), waits.getQueue().getRetryTime());
                assertEquals(0, waits.getQueue().getPosition());
                assertEquals(0, waits.getStore().getChunkCount(), "of the newest attempt");
                assertEquals(failed, waits.getWorker().getAttemptsCount());
                Attempt newest = waits.getWorker().getAttempts(failed - 1);
                assertEquals(failed, newest.getNumber());
                assertTrue(newest.hasEndTime());
                assertEquals("failure.meanwhile.v1", newest.getCause().getDomain());
                assertEquals("PROVIDER_CUT", newest.getCause().getReason());
                assertEquals("" + failed, newest.getCause().getMetadataOrThrow("attempt"));
                assertTrue(words.startsWith(
                        newest.getCause().getMetadataOrThrow("text").replace("...", "")));
                assertTrue(
                        newest.getCause().getSerializedSize() <= 1 << 10,
                        newest.getCause().getSerializedSize() + " bytes");
                clock.advance(Duration.ofMinutes(1));
                calls.pause();
                calls.resume();
            }
            ScriptedModel.Call last = model.next();
            ExplainMessageResponse running = calls.explain(message);
            assertFalse(running.getQueue().hasRetryTime());
            assertEquals(3, running.getWorker().getAttemptsCount());
            assertFalse(running.getWorker().getAttempts(2).hasEndTime());
            assertEquals(
                    List.of(
                            LaneEventKind.LANE_EVENT_KIND_BECAME_HEAD,
                            LaneEventKind.LANE_EVENT_KIND_RETRY,
                            LaneEventKind.LANE_EVENT_KIND_RETRY),
                    running.getQueue().getLaneEventsList().stream()
                            .map(LaneEvent::getKind)
                            .toList());
            last.fail(ModelFailure.lasting(FailureReason.PROVIDER_REJECTED, "no"));
            calls.awaitEnds("one", message);
            ExplainMessageResponse ended = calls.explain(message);
            assertEquals(MessageState.MESSAGE_STATE_FAILED, ended.getMessage().getState());
            assertEquals(3, ended.getWorker().getAttemptsCount());
            assertEquals(
                    "PROVIDER_REJECTED",
                    ended.getWorker().getAttempts(2).getCause().getReason());
            assertEquals(0, ended.getWorker().getOlderAttempts());
        }
    }

    /** Planted: the oldest 50 kept; the older ones not counted. Each found red. */
    @Test
    void theNewestFiftyPlacesAreListedAndTheOthersCounted() throws Exception {
        try (TestServer server = TestServer.start(folder, clock, List.of(model), ONE_WORKER)) {
            UserCalls calls = new UserCalls(server);
            server.session("front");
            server.session("back");
            calls.pause();
            String message = calls.submit("back", "hello");
            for (int i = 0; i < 60; i++) {
                calls.switchTo(i % 2 == 0 ? "back" : "front");
            }
            QueueStage queue = calls.explain(message).getQueue();
            assertEquals(50, queue.getLaneEventsCount());
            assertEquals(11, queue.getOlderLaneEvents(), "61 in all");
            assertTrue(queue.getLaneEventsList().stream()
                    .allMatch(event -> event.getKind() == LaneEventKind.LANE_EVENT_KIND_LANE_CHANGED));
            assertEquals(Priority.PRIORITY_LOW, queue.getLaneEvents(49).getLane());
            assertEquals(Priority.PRIORITY_HIGH, queue.getLaneEvents(48).getLane());
        }
    }

    /** Planted: the place cut at 1,000; found red. */
    @Test
    void thePlaceInTheLaneIsExactUpToAThousand() throws Exception {
        try (TestServer server = TestServer.start(folder, clock, List.of(model), ONE_WORKER)) {
            UserCalls calls = new UserCalls(server);
            server.session("front");
            calls.pause();
            String thousandth = "";
            String beyond = "";
            for (int i = 1; i <= 1_002; i++) {
                server.session("s" + i);
                beyond = calls.submit("s" + i, "hello");
                if (i == 7) {
                    assertEquals(7, calls.explain(beyond).getQueue().getPosition());
                }
                thousandth = i == 1_000 ? beyond : thousandth;
            }
            assertEquals(1_000, calls.explain(thousandth).getQueue().getPosition());
            assertEquals(1_001, calls.explain(beyond).getQueue().getPosition(), "not exact any more");
        }
    }
}
