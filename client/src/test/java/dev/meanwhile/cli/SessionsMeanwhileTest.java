package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.testing.Refusals;
import dev.meanwhile.v1.ExplainMessageRequest;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.RouteReason;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.UpdateSessionRequest;
import dev.meanwhile.v1.UpdateSessionResponse;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What others do, or the server does not, while a command is at work. */
@Timeout(60)
final class SessionsMeanwhileTest {
    /** Planted: the first refusal ends it; all that had the model counted. Both found red. */
    @Test
    void aSessionThatIsGoneMeanwhileDoesNotStopReplace() {
        Captured shell = Captured.terminal();
        assertEquals(0, run(new Service(shell), shell, "models", "replace", "old", "new"), shell::err);
        assertEquals("2 sessions changed to model new\n", shell.out());
    }

    /** Planted: any refusal passed over; found red. */
    @Test
    void anyOtherRefusalStopsIt() {
        Captured shell = Captured.terminal();
        assertEquals(1, run(new Service(shell), shell, "models", "replace", "old", "unknown"));
    }

    /** Planted: the look at what it waits for comes first; found red. */
    @Test
    void whereTheAnswerIsReadIsSaidBeforeTheServerIsAskedAgain() {
        Captured shell = Captured.terminal();
        Service service = new Service(shell);
        assertEquals(0, run(service, shell, "send", "-s", "1", "hello"), shell::err);
        assertEquals(
                "its answer waits there: bin/meanwhile switch 1; why: bin/meanwhile explain m1\n",
                service.toldBeforeExplain);
    }

    private static int run(Service service, Captured shell, String... args) {
        try (LoopbackServer server = LoopbackServer.of(service)) {
            shell.environment.put("MEANWHILE_SERVER", server.address().toString());
            return shell.run(args);
        }
    }

    /** Has four open sessions when it is asked, of which one is closed and one deleted right after. */
    private static final class Service extends SessionServiceGrpc.SessionServiceImplBase {
        private final Captured shell;
        volatile String toldBeforeExplain = "";

        Service(Captured shell) {
            this.shell = shell;
        }

        @Override
        public void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> answers) {
            ListSessionsResponse.Builder list = ListSessionsResponse.newBuilder();
            for (int i = 1; i <= 4; i++) {
                list.addSessions(Session.newBuilder()
                        .setSessionId("s" + i)
                        .setNumber(i)
                        .setName("session " + i)
                        .setModel("old")
                        .setState(SessionState.SESSION_STATE_OPEN));
            }
            answers.onNext(list.build());
            answers.onCompleted();
        }

        @Override
        public void updateSession(UpdateSessionRequest request, StreamObserver<UpdateSessionResponse> answers) {
            Map<String, String> about = Map.of("session_id", request.getSessionId());
            switch (request.getSessionId()) {
                case "s1" -> answers.onError(Refusals.of(Code.FAILED_PRECONDITION, "SESSION_CLOSED", about));
                case "s3" -> answers.onError(Refusals.of(Code.NOT_FOUND, "SESSION_NOT_FOUND", about));
                default -> {
                    if (request.getModel().equals("unknown")) {
                        answers.onError(
                                Refusals.of(Code.INVALID_ARGUMENT, "MODEL_UNKNOWN", Map.of("model", "unknown")));
                    } else {
                        answers.onNext(UpdateSessionResponse.getDefaultInstance());
                        answers.onCompleted();
                    }
                }
            }
        }

        @Override
        public void submitMessage(SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> answers) {
            answers.onNext(SubmitMessageResponse.newBuilder()
                    .setMessage(Message.newBuilder()
                            .setMessageId("m1")
                            .setSessionId(request.getSessionId())
                            .setRoute(Route.ROUTE_BACKGROUND)
                            .setRouteReason(RouteReason.ROUTE_REASON_NO_ACTIVE_SESSION))
                    .build());
            answers.onCompleted();
        }

        @Override
        public void explainMessage(ExplainMessageRequest request, StreamObserver<ExplainMessageResponse> answers) {
            toldBeforeExplain = shell.err();
            answers.onNext(ExplainMessageResponse.getDefaultInstance());
            answers.onCompleted();
        }
    }
}
