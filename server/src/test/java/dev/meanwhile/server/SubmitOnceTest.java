package dev.meanwhile.server;

import static dev.meanwhile.server.ErrorDetails.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import dev.meanwhile.v1.CloseSessionRequest;
import dev.meanwhile.v1.ConflictPolicy;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.DeleteSessionRequest;
import dev.meanwhile.v1.GetSessionRequest;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.RouteReason;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.SwitchSessionRequest;
import dev.meanwhile.v1.UpdateSessionRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P7: a request id stands for one message, however often and in whatever state it is asked for. */
final class SubmitOnceTest {
    private static final SubmitMessageRequest ASKED = SubmitMessageRequest.newBuilder()
            .setSessionId("back")
            .setText("hello")
            .setRequestId("id 1")
            .build();

    @TempDir
    Path folder;

    /** Planted: the conflict policy left out of the payload hash; found red. */
    @Test
    void p7EachFieldChangedAloneIsAnotherRequest() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            server.session("front");
            server.session("back");
            Message first = submit(server, ASKED).getMessage();
            Session before = session(server, "back");
            List<SubmitMessageRequest> changed = List.of(
                    ASKED.toBuilder().setSessionId("front").build(),
                    ASKED.toBuilder().setText("hello ").build(),
                    ASKED.toBuilder().setPriority(Priority.PRIORITY_LOW).build(),
                    ASKED.toBuilder().setPriority(Priority.PRIORITY_HIGH).build(),
                    ASKED.toBuilder()
                            .setConflictPolicy(ConflictPolicy.CONFLICT_POLICY_REJECT)
                            .build(),
                    ASKED.toBuilder()
                            .setConflictPolicy(ConflictPolicy.CONFLICT_POLICY_INTERRUPT)
                            .build());
            for (SubmitMessageRequest other : changed) {
                ErrorDetails.Refused refused = refused("REQUEST_ID_REUSED", () -> submit(server, other));
                assertEquals("id 1", refused.metadata().get("request_id"));
            }
            SubmitMessageResponse spelledOut = submit(
                    server,
                    ASKED.toBuilder()
                            .setWorkspace("default")
                            .setConflictPolicy(ConflictPolicy.CONFLICT_POLICY_ENQUEUE)
                            .build());
            assertTrue(spelledOut.getDuplicate(), "defaults spelled out are the same request");
            assertEquals(first.getMessageId(), spelledOut.getMessage().getMessageId());
            assertEquals(before.getQueuedMessages() + before.getRunningMessages(), unended(server, "back"));
            assertEquals(0, unended(server, "front"));
        }
    }

    /** Planted: the look-up moved to a read before the inserting transaction; found red. */
    @Test
    void p7SixteenAtOnceMakeOneMessage() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            server.session("back");
            SessionServiceGrpc.SessionServiceFutureStub users = SessionServiceGrpc.newFutureStub(server.channel());
            List<ListenableFuture<SubmitMessageResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                calls.add(users.submitMessage(ASKED));
            }
            List<SubmitMessageResponse> answers = new ArrayList<>();
            for (ListenableFuture<SubmitMessageResponse> call : calls) {
                answers.add(call.get(20, TimeUnit.SECONDS));
            }
            assertEquals(
                    1, answers.stream().filter(answer -> !answer.getDuplicate()).count());
            assertEquals(
                    1,
                    answers.stream()
                            .map(answer -> answer.getMessage().getMessageId())
                            .distinct()
                            .count());
            assertEquals(1, unended(server, "back"));
        }
    }

    /** Planted: the session looked up before the request id; found red. */
    @Test
    void p7ShapeComesFirstThenTheRequestIdThenExistence() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            server.session("back");
            submit(server, ASKED);
            refused(
                    "INVALID_FIELD",
                    () -> submit(server, ASKED.toBuilder().clearText().build()));
            refused(
                    "INVALID_FIELD",
                    () -> submit(server, ASKED.toBuilder().setPriorityValue(9).build()));
            refused(
                    "REQUEST_ID_REUSED",
                    () -> submit(
                            server, ASKED.toBuilder().setSessionId("nowhere").build()));
            refused(
                    "SESSION_NOT_FOUND",
                    () -> submit(server, ASKED.toBuilder().setWorkspace("other").build()));
        }
    }

    /** Planted: SESSION_CLOSED, SESSION_BUSY and the room checked before the request id, each alone; found red. */
    @Test
    void p7AKnownIdAnswersThoughClosedBusyAndFull() throws Exception {
        try (TestServer server =
                TestServer.start(folder, new ScriptedModel(), "--queue-capacity=2", "--workspace-capacity=2")) {
            server.session("back");
            SubmitMessageRequest picky = ASKED.toBuilder()
                    .setRequestId("picky")
                    .setConflictPolicy(ConflictPolicy.CONFLICT_POLICY_REJECT)
                    .build();
            String first = submit(server, picky).getMessage().getMessageId();
            submit(server, ASKED);
            assertEquals(first, duplicate(server, picky), "busy by itself, and the queue is full");
            refused(
                    "QUEUE_FULL",
                    () -> submit(server, ASKED.toBuilder().setRequestId("new").build()));
            server.users()
                    .closeSession(CloseSessionRequest.newBuilder()
                            .setSessionId("back")
                            .build());
            assertEquals(first, duplicate(server, picky), "closed");
            refused(
                    "SESSION_CLOSED",
                    () -> submit(server, ASKED.toBuilder().setRequestId("new").build()));
        }
    }

    /** Planted: route and priority of a duplicate taken from the present state of the session; found red. */
    @Test
    void p7ADuplicateKeepsWhatWasDecidedFirst() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("front");
            server.session("back");
            SubmitMessageResponse first = submit(server, ASKED);
            assertEquals(Route.ROUTE_BACKGROUND, first.getMessage().getRoute());
            ScriptedModel.Call call = model.next();
            server.users()
                    .switchSession(SwitchSessionRequest.newBuilder()
                            .setSessionId("back")
                            .build());

            SubmitMessageResponse running = submit(server, ASKED);
            assertTrue(running.getDuplicate());
            decidedAsFirst(first.getMessage(), running.getMessage());
            assertEquals(
                    MessageState.MESSAGE_STATE_RUNNING, running.getMessage().getState());
            assertEquals(Priority.PRIORITY_HIGH, running.getMessage().getCurrentPriority());
            assertEquals(0, running.getLogPosition());

            try (Tail tail = Tail.follow(server, "back", 0)) {
                call.text("answer").complete();
                tail.terminal(first.getMessage().getMessageId());
            }
            String later = server.submit("back", "more").getMessageId();
            SubmitMessageResponse ended = submit(server, ASKED);
            decidedAsFirst(first.getMessage(), ended.getMessage());
            assertEquals(
                    MessageState.MESSAGE_STATE_COMPLETED, ended.getMessage().getState());
            assertEquals(0, ended.getLogPosition(), "one before its first entry");
            assertEquals(0, ended.getAheadInSession());
            assertEquals(first.getEpoch(), ended.getEpoch());
            assertNotEquals(later, ended.getMessage().getMessageId());
        }
    }

    /** Planted: what stood before it at first; the depth of the model that it was submitted to. Each found red. */
    @Test
    void aDuplicateSaysWhatStandsBeforeItNow() throws Exception {
        ScriptedModel a = new ScriptedModel();
        ScriptedModel b = new ScriptedModel();
        try (TestServer server = TestServer.start(
                folder,
                Clock.systemUTC(),
                List.of(a, b),
                "--model.a.adapter=simulated",
                "--model.b.adapter=simulated",
                "--default-model=a",
                "--workers=1",
                "--reserved-for-active=0",
                "--drain=0")) {
            server.session("front");
            server.session("back");
            server.session("aside");
            String running = server.submit("back", "first").getMessageId();
            ScriptedModel.Call call = a.next();
            server.submit("aside", "waits for the same model");
            server.submit("aside", "so does this");
            SubmitMessageResponse first = submit(server, ASKED);
            assertEquals(1, first.getAheadInSession());
            assertEquals(3, first.getLaneDepth().getLow(), "this one and those aside");
            SubmitMessageResponse again = submit(server, ASKED);
            assertEquals(1, again.getAheadInSession());
            assertEquals(first.getLaneDepth(), again.getLaneDepth());

            server.users()
                    .updateSession(UpdateSessionRequest.newBuilder()
                            .setSessionId("back")
                            .setModel("b")
                            .build());
            assertEquals(1, submit(server, ASKED).getLaneDepth().getLow(), "this one alone wants the other model");
            try (Tail tail = Tail.follow(server, "back", 0)) {
                call.complete();
                tail.terminal(running);
                ScriptedModel.Call mine = b.next();
                SubmitMessageResponse runs = submit(server, ASKED);
                assertEquals(0, runs.getAheadInSession());
                assertEquals(0, runs.getLaneDepth().getLow(), "it waits no more");
                mine.complete();
                tail.terminal(first.getMessage().getMessageId());
            }
        }
    }

    /** Planted: the request id of a refused submit remembered beside the message; shown by hand in the table. */
    @Test
    void p7RefusedSubmitsRecordNothing() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model, "--workspace-capacity=1")) {
            server.session("back");
            server.session("gone");
            server.users()
                    .closeSession(CloseSessionRequest.newBuilder()
                            .setSessionId("gone")
                            .build());
            refused(
                    "SESSION_NOT_FOUND",
                    () -> submit(
                            server, ASKED.toBuilder().setSessionId("nowhere").build()));
            refused(
                    "SESSION_CLOSED",
                    () -> submit(server, ASKED.toBuilder().setSessionId("gone").build()));
            String running = server.submit("back", "first").getMessageId();
            ScriptedModel.Call call = model.next();
            refused("WORKSPACE_QUOTA", () -> submit(server, ASKED));
            refused(
                    "SESSION_BUSY",
                    () -> submit(
                            server,
                            ASKED.toBuilder()
                                    .setConflictPolicy(ConflictPolicy.CONFLICT_POLICY_REJECT)
                                    .build()));
            try (Tail tail = Tail.follow(server, "back", 0)) {
                call.complete();
                tail.terminal(running);
            }
            SubmitMessageResponse accepted = submit(
                    server, ASKED.toBuilder().setText("quite another text").build());
            assertFalse(accepted.getDuplicate());
            assertEquals(
                    2,
                    server.users()
                            .listMessages(ListMessagesRequest.newBuilder()
                                    .setSessionId("back")
                                    .build())
                            .getTurnsCount());
        }
    }

    /** Planted: deleted sessions not left out of the look-up; found red. */
    @Test
    void p7TheIdIsFreeOnceItsSessionIsDeleted() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            server.session("back");
            server.session("front");
            String first = submit(server, ASKED).getMessage().getMessageId();
            server.users()
                    .deleteSession(DeleteSessionRequest.newBuilder()
                            .setSessionId("back")
                            .build());
            SubmitMessageResponse again =
                    submit(server, ASKED.toBuilder().setSessionId("front").build());
            assertFalse(again.getDuplicate());
            assertNotEquals(first, again.getMessage().getMessageId());
        }
    }

    /** Planted: the look-up without the workspace; found red. */
    @Test
    void p7IdsBelongToOneWorkspaceAndApartFromThoseOfSessions() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            for (String workspace : List.of("default", "other")) {
                CreateSessionRequest made = CreateSessionRequest.newBuilder()
                        .setWorkspace(workspace)
                        .setSessionId("back")
                        .setRequestId("id 1")
                        .build();
                assertFalse(server.users().createSession(made).getDuplicate());
                SubmitMessageRequest asked =
                        ASKED.toBuilder().setWorkspace(workspace).build();
                assertFalse(submit(server, asked).getDuplicate());
                assertTrue(submit(server, asked).getDuplicate());
            }
        }
    }

    /** Planted: an empty request id looked up like any other; found red. */
    @Test
    void p7WithoutAnIdEverySubmitIsItsOwn() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            server.session("back");
            SubmitMessageRequest asked = ASKED.toBuilder().clearRequestId().build();
            assertFalse(submit(server, asked).getDuplicate());
            assertFalse(submit(server, asked).getDuplicate());
            assertEquals(2, unended(server, "back"));
        }
    }

    /** Planted: request ids kept in memory only; found red. */
    @Test
    void p7TheIdIsKnownAfterARestart() throws Exception {
        String first;
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            server.session("back");
            first = submit(server, ASKED).getMessage().getMessageId();
        }
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            assertEquals(first, duplicate(server, ASKED));
        }
    }

    private static void decidedAsFirst(Message first, Message now) {
        assertEquals(first.getMessageId(), now.getMessageId());
        assertEquals(first.getRoute(), now.getRoute());
        assertEquals(RouteReason.ROUTE_REASON_OTHER_SESSION_ACTIVE, now.getRouteReason());
        assertEquals(Priority.PRIORITY_LOW, now.getPriority());
        assertEquals(first.getCreateTime(), now.getCreateTime());
    }

    private static SubmitMessageResponse submit(TestServer server, SubmitMessageRequest request) {
        return server.users().submitMessage(request);
    }

    private static String duplicate(TestServer server, SubmitMessageRequest request) {
        SubmitMessageResponse answer = submit(server, request);
        assertTrue(answer.getDuplicate());
        return answer.getMessage().getMessageId();
    }

    private static Session session(TestServer server, String id) {
        return server.users()
                .getSession(GetSessionRequest.newBuilder().setSessionId(id).build())
                .getSession();
    }

    private static int unended(TestServer server, String id) {
        Session session = session(server, id);
        return session.getQueuedMessages() + session.getRunningMessages();
    }
}
