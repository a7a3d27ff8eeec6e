package dev.meanwhile.server;

import static dev.meanwhile.server.ErrorDetails.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import dev.meanwhile.v1.CloseSessionRequest;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.CreateSessionResponse;
import dev.meanwhile.v1.DeleteSessionRequest;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.UpdateSessionRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P7 for CreateSession: a request id stands for one session. */
final class CreateOnceTest {
    private static final CreateSessionRequest ASKED = CreateSessionRequest.newBuilder()
            .setSessionId("one")
            .setName("my session")
            .setSystemInstruction("be brief")
            .setRequestId("id 1")
            .build();

    @TempDir
    Path folder;

    /** Planted: the instruction left out of the payload hash; found red. */
    @Test
    void p7EachFieldChangedAloneIsAnotherRequest() throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            create(server, ASKED);
            List<CreateSessionRequest> changed = List.of(
                    ASKED.toBuilder().setSessionId("two").build(),
                    ASKED.toBuilder().clearSessionId().build(),
                    ASKED.toBuilder().setName("another").build(),
                    ASKED.toBuilder().clearName().build(),
                    ASKED.toBuilder().setModel("simulated").build(),
                    ASKED.toBuilder().setSystemInstruction("be long").build(),
                    ASKED.toBuilder().clearSystemInstruction().build());
            for (CreateSessionRequest other : changed) {
                ErrorDetails.Refused refused = refused("REQUEST_ID_REUSED", () -> create(server, other));
                assertEquals("id 1", refused.metadata().get("request_id"));
            }
            assertEquals(1, sessions(server).size());
        }
    }

    /** Planted: the look-up moved to a read before the inserting transaction; found red. */
    @Test
    void p7SixteenAtOnceMakeOneSession() throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            SessionServiceGrpc.SessionServiceFutureStub users = SessionServiceGrpc.newFutureStub(server.channel());
            CreateSessionRequest asked =
                    ASKED.toBuilder().clearSessionId().clearName().build();
            List<ListenableFuture<CreateSessionResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                calls.add(users.createSession(asked));
            }
            int made = 0;
            for (ListenableFuture<CreateSessionResponse> call : calls) {
                made += call.get(20, TimeUnit.SECONDS).getDuplicate() ? 0 : 1;
            }
            assertEquals(1, made);
            assertEquals(1, sessions(server).size());
            assertEquals(1, sessions(server).getFirst().getNumber());
        }
    }

    /** Planted: the answer of a duplicate built from the request; found red. */
    @Test
    void p7ADuplicateShowsThePresentStateClosedToo() throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            Session made = create(server, ASKED).getSession();
            server.users()
                    .updateSession(UpdateSessionRequest.newBuilder()
                            .setSessionId("one")
                            .setName("renamed")
                            .build());
            server.users()
                    .closeSession(
                            CloseSessionRequest.newBuilder().setSessionId("one").build());
            CreateSessionResponse again = create(server, ASKED);
            assertTrue(again.getDuplicate());
            assertEquals("renamed", again.getSession().getName());
            assertEquals("be brief", again.getSession().getSystemInstruction());
            assertEquals(SessionState.SESSION_STATE_CLOSED, again.getSession().getState());
            assertEquals(made.getNumber(), again.getSession().getNumber());
            assertEquals(made.getEpoch(), again.getSession().getEpoch());
        }
    }

    /** Planted: the request id looked up after the id and the name; found red. */
    @Test
    void p7TheIdComesBeforeTheTakenIdAndNameAndAfterTheShape() throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            create(server, ASKED);
            assertTrue(create(server, ASKED).getDuplicate(), "its own id and name are no conflict");
            refused(
                    "INVALID_FIELD",
                    () -> create(server, ASKED.toBuilder().setName("a\nb").build()));
            refused(
                    "REQUEST_ID_REUSED",
                    () -> create(server, ASKED.toBuilder().setModel("nobody").build()));
        }
    }

    /** Planted: the workspace made and the number taken before the refusals; found red. */
    @Test
    void p7RefusedCreatesRecordNothing() throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            CreateSessionRequest fresh =
                    CreateSessionRequest.newBuilder().setRequestId("id 2").build();
            refused(
                    "MODEL_UNKNOWN",
                    () -> create(server, fresh.toBuilder().setModel("nobody").build()));
            create(server, ASKED);
            refused(
                    "SESSION_EXISTS",
                    () -> create(server, fresh.toBuilder().setSessionId("one").build()));
            refused(
                    "NAME_TAKEN",
                    () -> create(server, fresh.toBuilder().setName("my session").build()));
            CreateSessionResponse made = create(server, fresh);
            assertFalse(made.getDuplicate());
            assertEquals(2, made.getSession().getNumber(), "refused calls use up no number");
        }
    }

    /** Planted: deleted sessions not left out of the look-up; found red. */
    @Test
    void p7TheIdIsFreeOnceTheSessionIsDeleted() throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            Session first = create(server, ASKED).getSession();
            server.users()
                    .deleteSession(DeleteSessionRequest.newBuilder()
                            .setSessionId("one")
                            .build());
            CreateSessionResponse again =
                    create(server, ASKED.toBuilder().setSystemInstruction("new").build());
            assertFalse(again.getDuplicate());
            assertEquals(2, again.getSession().getNumber());
            assertNotEquals(first.getEpoch(), again.getSession().getEpoch());
        }
    }

    private static CreateSessionResponse create(TestServer server, CreateSessionRequest request) {
        return server.users().createSession(request);
    }

    private static List<Session> sessions(TestServer server) {
        return server.users()
                .listSessions(ListSessionsRequest.getDefaultInstance())
                .getSessionsList();
    }
}
