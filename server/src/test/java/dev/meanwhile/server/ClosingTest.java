package dev.meanwhile.server;

import static dev.meanwhile.server.ErrorDetails.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.CancelCause;
import dev.meanwhile.v1.CloseSessionResponse;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.LaneEvent;
import dev.meanwhile.v1.LaneEventKind;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.RouteReason;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.UpdateSessionRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closing and updating sessions. */
final class ClosingTest {
    private static final String[] TWO_MODELS = {
        "--model.a.adapter=simulated",
        "--model.b.adapter=simulated",
        "--default-model=a",
        "--drain=0",
        "--workers=1",
        "--reserved-for-active=0"
    };

    @TempDir
    Path folder;

    /** Planted: the head of a closed session left in the lane HIGH; found red. */
    @Test
    void queuedAndRunningWorkOfAClosedSessionEndsNormallyAsLow() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model, "--workers=1", "--reserved-for-active=0")) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            String running = calls.submit("one", "first");
            ScriptedModel.Call call = model.next();
            String queued = calls.submit("one", "second");
            CloseSessionResponse closed = calls.close("one", false);
            assertEquals(0, closed.getCancelledMessages());
            assertEquals(SessionState.SESSION_STATE_CLOSED, closed.getSession().getState());
            assertFalse(closed.getSession().getActive());
            assertTrue(closed.getSession().hasCloseTime());
            assertEquals("", activeId(server));
            Message waits = calls.message(queued).getMessage();
            assertEquals(Priority.PRIORITY_LOW, waits.getCurrentPriority());
            assertEquals(Priority.PRIORITY_HIGH, waits.getPriority(), "as it was submitted");

            try (Tail tail = Tail.follow(server, "one", 0)) {
                call.text("an answer").complete();
                tail.terminal(running);
                model.next().text("another").complete();
                tail.terminal(queued);
                assertEquals(List.of(), tail.rest(), "nothing can follow");
                assertEquals(
                        ClosingReason.CLOSING_REASON_CAUGHT_UP, tail.closing().getReason());
            }
            Message ended = calls.message(queued).getMessage();
            assertEquals(MessageState.MESSAGE_STATE_COMPLETED, ended.getState());
            assertEquals(Priority.PRIORITY_LOW, ended.getCurrentPriority(), "claimed from LOW");
            assertEquals("an answer", calls.message(running).getAnswer());
        }
    }

    /** Planted: the waiting head of the closed session not moved; found red. */
    @Test
    void aWaitingHeadGoesToLow() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            UserCalls calls = new UserCalls(server);
            calls.pause();
            server.session("one");
            String head = calls.submit("one", "first");
            String override = calls.submit("one", Priority.PRIORITY_HIGH);
            calls.close("one", false);
            List<LaneEvent> events = calls.explain(head).getQueue().getLaneEventsList();
            assertEquals(
                    LaneEventKind.LANE_EVENT_KIND_LANE_CHANGED, events.getLast().getKind());
            assertEquals(Priority.PRIORITY_LOW, events.getLast().getLane());
            assertEquals(
                    Priority.PRIORITY_HIGH, calls.message(override).getMessage().getCurrentPriority(), "sticks");
        }
    }

    /** Planted: cancel_pending that leaves the running message; one that does nothing on a closed session. */
    @Test
    void cancelPendingEndsWhatIsQueuedAndRuns() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            List<String> messages = new ArrayList<>(List.of(calls.submit("one", "first")));
            ScriptedModel.Call call = model.next();
            try (Tail tail = Tail.follow(server, "one", 0)) {
                call.text("a piece");
                tail.text(1);
                for (int i = 0; i < 250; i++) {
                    messages.add(calls.submit("one", "more"));
                }
                calls.close("one", false);
                CloseSessionResponse closed = calls.close("one", true);
                assertEquals(251, closed.getCancelledMessages());
                assertEquals(251, closed.getSession().getUnreadMessages());
                assertEquals(
                        0,
                        closed.getSession().getQueuedMessages()
                                + closed.getSession().getRunningMessages());
                call.cancelled().get(20, TimeUnit.SECONDS);
                call.text("too late").complete();
                List<ResponseEntry> rest = tail.rest();
                assertEquals(251, rest.size());
                assertTrue(rest.stream()
                        .allMatch(entry -> entry.getCancelled().getCause() == CancelCause.CANCEL_CAUSE_SESSION_CLOSED));
                List<String> ids =
                        rest.stream().map(ResponseEntry::getMessageId).toList();
                assertEquals(messages.reversed(), ids, "newest first, the running one last");
            }
            assertEquals(0, model.waiting(), "none became head in between");
            assertEquals("a piece", calls.message(messages.getFirst()).getAnswer());
            assertEquals(0, calls.close("one", true).getCancelledMessages());
        }
    }

    /** Planted: a second close sets a new close time; found red. */
    @Test
    void closeIsFinalAndIdempotentAndFreesTheName() throws Exception {
        SettableClock clock = new SettableClock();
        try (TestServer server = TestServer.start(folder, clock, List.of(new ScriptedModel()))) {
            UserCalls calls = new UserCalls(server);
            CreateSessionRequest named = CreateSessionRequest.newBuilder()
                    .setSessionId("one")
                    .setName("my name")
                    .build();
            server.users().createSession(named);
            Session closed = calls.close("one", false).getSession();
            clock.advance(Duration.ofHours(1));
            assertEquals(closed, calls.close("one", false).getSession());
            refused("SESSION_CLOSED", () -> calls.submit("one", "hello"));
            refused("SESSION_CLOSED", () -> calls.switchTo("one"));
            refused(
                    "SESSION_CLOSED",
                    () -> server.users()
                            .updateSession(UpdateSessionRequest.newBuilder()
                                    .setSessionId("one")
                                    .setName("another")
                                    .build()));
            refused("SESSION_EXISTS", () -> server.session("one"));
            Session second = server.users()
                    .createSession(named.toBuilder().setSessionId("two").build())
                    .getSession();
            assertEquals("my name", second.getName());
            assertTrue(second.getActive(), "none was active any more");
            assertEquals("my name", calls.session("one").getName(), "kept for display");
            assertEquals(closed, calls.session("one"));
        }
    }

    /** Planted: after the close of the active session the one before it becomes active; found red. */
    @Test
    void withoutAnActiveSessionEverythingGoesToTheBackground() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel(), "--drain=0")) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            server.session("two");
            calls.switchTo("two");
            calls.close("two", false);
            Message message = server.submit("one", "hello");
            assertEquals(Route.ROUTE_BACKGROUND, message.getRoute());
            assertEquals(RouteReason.ROUTE_REASON_NO_ACTIVE_SESSION, message.getRouteReason());
            assertEquals("", calls.switchTo("one").getPreviousSessionId());
            assertEquals(Route.ROUTE_FOREGROUND, server.submit("one", "hello").getRoute());
        }
    }

    /** Planted: a field that is present and empty treated as absent; found red. */
    @Test
    void updateChangesWhatIsPresentAndClearsWhatIsEmpty() throws Exception {
        try (TestServer server = TestServer.start(
                folder, Clock.systemUTC(), List.of(new ScriptedModel(), new ScriptedModel()), TWO_MODELS)) {
            server.users()
                    .createSession(CreateSessionRequest.newBuilder()
                            .setSessionId("one")
                            .setName("my name")
                            .setModel("b")
                            .setSystemInstruction("be brief")
                            .build());
            server.session("two");
            UpdateSessionRequest one =
                    UpdateSessionRequest.newBuilder().setSessionId("one").build();
            Session same = server.users().updateSession(one).getSession();
            assertEquals("my name", same.getName());
            assertEquals("b", same.getModel());
            assertEquals("be brief", same.getSystemInstruction());

            Session renamed = server.users()
                    .updateSession(one.toBuilder().setName("Größe 🚀").build())
                    .getSession();
            assertEquals("Größe 🚀", renamed.getName());
            assertEquals("b", renamed.getModel());
            server.users().updateSession(one.toBuilder().setName("Größe 🚀").build()); // its own name is no conflict

            Session cleared = server.users()
                    .updateSession(one.toBuilder()
                            .setName("")
                            .setModel("")
                            .setSystemInstruction("")
                            .build())
                    .getSession();
            assertNotEquals("", cleared.getName());
            assertNotEquals("Größe 🚀", cleared.getName());
            assertEquals("a", cleared.getModel());
            assertEquals("", cleared.getSystemInstruction());
            assertFalse(cleared.getUsesSystemInstruction());

            String taken = new UserCalls(server).session("two").getName();
            refused(
                    "NAME_TAKEN",
                    () -> server.users()
                            .updateSession(one.toBuilder()
                                    .setName(taken)
                                    .setModel("b")
                                    .setSystemInstruction("x")
                                    .build()));
            refused(
                    "MODEL_UNKNOWN",
                    () -> server.users()
                            .updateSession(one.toBuilder()
                                    .setName("free")
                                    .setModel("nobody")
                                    .setSystemInstruction("x")
                                    .build()));
            assertEquals(cleared, new UserCalls(server).session("one"), "a refused update changes nothing");
        }
    }

    /** Planted: the waiting head left in the lane of the old model; found red. */
    @Test
    void aNewModelMovesTheWaitingHeadAndLeavesTheRunningAnswerBe() throws Exception {
        ScriptedModel a = new ScriptedModel();
        ScriptedModel b = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, Clock.systemUTC(), List.of(a, b), TWO_MODELS)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            server.session("busy");
            String running = calls.submit("one", "runs on a");
            ScriptedModel.Call call = a.next();
            calls.submit("one", "then on b");
            String waiting = calls.submit("busy", "waits on a");
            assertEquals(0, b.waiting());
            for (String session : List.of("one", "busy")) {
                server.users()
                        .updateSession(UpdateSessionRequest.newBuilder()
                                .setSessionId(session)
                                .setModel("b")
                                .build());
            }
            ScriptedModel.Call moved = b.next();
            assertEquals("waits on a", moved.prompt().text());
            List<LaneEvent> events = calls.explain(waiting).getQueue().getLaneEventsList();
            assertEquals(
                    LaneEventKind.LANE_EVENT_KIND_MODEL_CHANGED,
                    events.getLast().getKind());
            assertEquals("b", events.getLast().getModel());
            assertFalse(call.cancelled().isDone());
            call.text("from a").complete();
            calls.awaitEnds("one", running);
            assertEquals("a", calls.message(running).getMessage().getModel());
            moved.complete();
            assertEquals("then on b", b.next().prompt().text());
        }
    }

    private static String activeId(TestServer server) {
        return server.users()
                .listSessions(ListSessionsRequest.getDefaultInstance())
                .getActiveSessionId();
    }
}
