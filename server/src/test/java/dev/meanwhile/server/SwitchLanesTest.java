package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.GetQueueStatsRequest;
import dev.meanwhile.v1.LaneEvent;
import dev.meanwhile.v1.LaneEventKind;
import dev.meanwhile.v1.LaneStats;
import dev.meanwhile.v1.ListWorkersRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.UpdateSessionRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P9: a switch moves the waiting heads of both sessions to the lanes they want now, and leaves running answers be. */
final class SwitchLanesTest {
    @TempDir
    Path folder;

    /** Planted: only the new session's head moved; only the old one's. Each found red. */
    @Test
    void p9BothHeadsChangeTheirLaneAndOnlyThey() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(
                folder,
                model,
                "--drain=0",
                "--model.m.adapter=simulated",
                "--model.m.workers=1",
                "--model.m.reserved-for-active=0")) {
            UserCalls calls = new UserCalls(server);
            server.session("front");
            server.session("back");
            calls.pause();
            String frontHead = calls.submit("front", "one");
            String frontNext = calls.submit("front", "two");
            String frontHigh = calls.submit("front", Priority.PRIORITY_HIGH);
            String backHead = calls.submit("back", "three");
            String backNext = calls.submit("back", "four");
            String backLow = calls.submit("back", Priority.PRIORITY_LOW);
            assertEquals(List.of(3, 3), queued(server));

            SwitchSessionResponse switched = calls.switchTo("back");
            assertEquals("front", switched.getPreviousSessionId());
            assertEquals(4, switched.getReprioritizedMessages(), "those without an override");
            assertEquals(List.of(3, 3), queued(server), "two went each way");
            assertEquals(Priority.PRIORITY_LOW, laneOf(calls, frontHead));
            assertEquals(Priority.PRIORITY_HIGH, laneOf(calls, backHead));
            assertEquals(
                    List.of(LaneEventKind.LANE_EVENT_KIND_BECAME_HEAD, LaneEventKind.LANE_EVENT_KIND_LANE_CHANGED),
                    kinds(calls, backHead));
            for (String waiting : List.of(frontNext, frontHigh, backNext, backLow)) {
                assertEquals(List.of(), kinds(calls, waiting), "only heads stand in lanes");
            }
            assertEquals(Priority.PRIORITY_LOW, wants(calls, frontNext));
            assertEquals(Priority.PRIORITY_HIGH, wants(calls, frontHigh), "an override sticks");
            assertEquals(Priority.PRIORITY_HIGH, wants(calls, backNext));
            assertEquals(Priority.PRIORITY_LOW, wants(calls, backLow));
            assertEquals(
                    Route.ROUTE_FOREGROUND,
                    calls.message(frontHead).getMessage().getRoute());
            assertEquals(
                    Priority.PRIORITY_HIGH,
                    calls.message(frontHead).getMessage().getPriority());

            assertEquals(0, calls.switchTo("back").getReprioritizedMessages(), "it was active already");
            calls.resume();
            assertEquals("three", model.next().prompt().text(), "HIGH goes first though submitted later");
        }
    }

    /** As the contract says of Message.model and current_priority. Seen red with the lane of its submit kept. */
    @Test
    void whatEndedBeforeAnyAttemptFollowsItsSession() throws Exception {
        try (TestServer server = TestServer.start(
                folder, "--model.a.adapter=simulated", "--model.b.adapter=simulated", "--default-model=a")) {
            UserCalls calls = new UserCalls(server);
            server.session("front");
            server.session("back");
            calls.pause();
            String message = calls.submit("back", "one");
            assertEquals(1, calls.cancelQueued("back"));
            assertEquals(Priority.PRIORITY_LOW, wants(calls, message));
            assertEquals("a", calls.message(message).getMessage().getModel());
            calls.switchTo("back");
            server.users()
                    .updateSession(UpdateSessionRequest.newBuilder()
                            .setSessionId("back")
                            .setModel("b")
                            .build());
            assertEquals(Priority.PRIORITY_HIGH, wants(calls, message));
            assertEquals("b", calls.message(message).getMessage().getModel());
        }
    }

    /** Planted: a switch stops what runs in the session that is left; found red. */
    @Test
    void p9ARunningAnswerIsNeitherDroppedNorRerouted() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("front");
            server.session("back");
            String message = calls.submit("front", "one");
            ScriptedModel.Call call = model.next();
            try (Tail tail = Tail.follow(server, "front", 0)) {
                call.text("before ");
                tail.text(1);
                assertEquals(0, calls.switchTo("back").getReprioritizedMessages());
                assertFalse(call.cancelled().isDone());
                assertEquals(
                        Priority.PRIORITY_HIGH,
                        server.operators()
                                .listWorkers(ListWorkersRequest.getDefaultInstance())
                                .getAnswers(0)
                                .getLane(),
                        "an answer counts as it was claimed");
                call.text("after").complete();
                ResponseEntry end = tail.terminal(message);
                assertEquals(2, end.getCompleted().getChunkCount());
            }
            Message ended = calls.message(message).getMessage();
            assertEquals(MessageState.MESSAGE_STATE_COMPLETED, ended.getState());
            assertEquals(Route.ROUTE_FOREGROUND, ended.getRoute());
            assertEquals(Priority.PRIORITY_HIGH, ended.getCurrentPriority());
            assertEquals(1, ended.getAttempts());
            assertEquals("before after", calls.message(message).getAnswer());
        }
    }

    /** Planted: counters moved but not those of the session that is left; found red. */
    @Test
    void p9SwitchingWithoutPauseWhileMessagesRunLosesNothing() throws Exception {
        try (TestServer server = TestServer.start(
                folder, "--workers=2", "--model.simulated.chunk-delay=1ms", "--model.simulated.chunks=6")) {
            UserCalls calls = new UserCalls(server);
            List<String> sessions = List.of("a", "b", "c", "d");
            sessions.forEach(server::session);
            Map<String, List<String>> messages = new HashMap<>();
            for (int i = 0; i < 40; i++) {
                for (String session : sessions) {
                    messages.computeIfAbsent(session, id -> new ArrayList<>())
                            .add(calls.submit(session, "number " + i));
                }
            }
            CompletableFuture<Void> ended = CompletableFuture.runAsync(
                    () -> messages.forEach((session, ids) -> calls.awaitEnds(session, ids.toArray(String[]::new))));
            int switches = 0;
            while (!ended.isDone()) {
                SwitchSessionResponse switched = calls.switchTo(sessions.get(switches % 4));
                switches++;
                assertTrue(switched.getSession().getActive());
            }
            ended.join();
            assertTrue(switches > 20, "only " + switches + " switches");
            for (String session : sessions) {
                Session now = calls.session(session);
                assertEquals(0, now.getQueuedMessages() + now.getRunningMessages());
                assertEquals(40, now.getUnreadMessages());
                List<ResponseEntry> log = Tail.read(server, session, 0);
                List<String> ends = log.stream()
                        .filter(Tail::terminal)
                        .peek(entry -> assertTrue(entry.hasCompleted()))
                        .map(ResponseEntry::getMessageId)
                        .toList();
                assertEquals(messages.get(session), ends, "each ended once, in order");
                assertEquals(40, log.stream().filter(ResponseEntry::hasStarted).count(), "one attempt each");
            }
            for (LaneStats lane : server.operators()
                    .getQueueStats(GetQueueStatsRequest.getDefaultInstance())
                    .getModels(0)
                    .getLanesList()) {
                assertEquals(0, lane.getQueuedMessages());
                assertEquals(0, lane.getWaitingHeads());
                assertEquals(0, lane.getRunningMessages());
            }
        }
    }

    /** HIGH, LOW. */
    private static List<Integer> queued(TestServer server) {
        return server
                .operators()
                .getQueueStats(GetQueueStatsRequest.getDefaultInstance())
                .getModels(0)
                .getLanesList()
                .stream()
                .map(LaneStats::getQueuedMessages)
                .toList();
    }

    private static Priority laneOf(UserCalls calls, String message) {
        ExplainMessageResponse explained = calls.explain(message);
        assertEquals(1, explained.getQueue().getPosition());
        return explained.getQueue().getLaneEventsList().getLast().getLane();
    }

    private static List<LaneEventKind> kinds(UserCalls calls, String message) {
        return calls.explain(message).getQueue().getLaneEventsList().stream()
                .map(LaneEvent::getKind)
                .toList();
    }

    private static Priority wants(UserCalls calls, String message) {
        return calls.message(message).getMessage().getCurrentPriority();
    }
}
