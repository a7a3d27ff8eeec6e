package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.CancelQueuedMessagesRequest;
import dev.meanwhile.v1.CancelQueuedMessagesResponse;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.QueueStage;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.WorkerStage;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What commands say of a message between attempts, due or not. */
final class BetweenAttemptsTest {
    private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z"); // the shell's
    private static final Session ANSWERING = Session.newBuilder()
            .setSessionId("s1")
            .setNumber(1)
            .setName("one")
            .setState(SessionState.SESSION_STATE_OPEN)
            .setRunningMessages(1)
            .build();

    /** Red if a session that waits for its next attempt is said to answer. */
    @Test
    void aSessionDoesNotAnswerBetweenAttempts() {
        Session between = ANSWERING.toBuilder().setRetryTime(in(-60)).build();
        assertTrue(run(ANSWERING, "sessions").out().contains("  background, answering  "));
        assertTrue(run(between, "sessions").out().contains("  background, between attempts  "));
        assertEquals("1 \"one\": background, between attempts", Words.line(between));
        String queued = "its running message goes on; see it with: bin/meanwhile tail 1\n";
        assertEquals(queued, run(ANSWERING, "cancel", "--queued", "1").err());
        assertEquals(
                "its message between attempts is tried again; see it with: bin/meanwhile tail 1\n",
                run(between, "cancel", "--queued", "1").err());
    }

    /** Red if a next try that is due is said to be under way; if what has ended or runs is said to wait for a pause. */
    @Test
    void explainSaysForWhatTheNextTryWaits() {
        assertQueue("; between attempts; next try in 8 s", MessageState.MESSAGE_STATE_RUNNING, retry(8));
        assertQueue(
                "; now number 3 in its lane; between attempts; next try when its turn comes",
                MessageState.MESSAGE_STATE_RUNNING,
                retry(-8).setPosition(3));
        String paused =
                "; an operator has paused the workers, so nothing is started; end that with: bin/meanwhile resume";
        assertQueue(
                "; between attempts" + paused,
                MessageState.MESSAGE_STATE_RUNNING,
                retry(-8).setWorkersPaused(true));
        QueueStage.Builder noRetry = QueueStage.newBuilder().setWorkersPaused(true);
        assertQueue("", MessageState.MESSAGE_STATE_RUNNING, noRetry);
        assertQueue("", MessageState.MESSAGE_STATE_COMPLETED, noRetry);
    }

    /** Red if the time in which no server was there counts as the attempt's. */
    @Test
    void anAttemptThatEndedWithItsServerTookAtMostUntilTheNextStart() {
        Attempt.Builder attempt =
                Attempt.newBuilder().setNumber(1).setStartTime(in(-120)).setEndTime(in(0));
        String cut = explain(MessageState.MESSAGE_STATE_RUNNING, retry(1), attempt.setCause(cause("PROVIDER_CUT")));
        assertTrue(cut.contains(", took 2 min, failed: PROVIDER_CUT "), cut);
        String lost = explain(MessageState.MESSAGE_STATE_RUNNING, retry(1), attempt.setCause(cause("WORKER_LOST")));
        assertTrue(lost.contains(", took at most 2 min, failed: WORKER_LOST "), lost);
    }

    private static void assertQueue(String words, MessageState state, QueueStage.Builder queue) {
        String life = explain(state, queue, Attempt.newBuilder().setStartTime(in(-9)));
        assertTrue(life.contains("QUEUE    waited 0 ms until its first attempt" + words + "\n"), life);
    }

    private static String explain(MessageState state, QueueStage.Builder queue, Attempt.Builder attempt) {
        Message.Builder message = Message.newBuilder()
                .setMessageId("m1")
                .setState(state)
                .setAttempts(1)
                .setTerminalSequence(state == MessageState.MESSAGE_STATE_COMPLETED ? 9 : 0);
        ExplainMessageResponse life = ExplainMessageResponse.newBuilder()
                .setMessage(message)
                .setQueue(queue)
                .setWorker(WorkerStage.newBuilder().addAttempts(attempt))
                .build();
        Captured shell = Captured.terminal();
        return String.join("\n", new Explanation(new Cli(shell.shell())).lines(life)) + "\n";
    }

    private static QueueStage.Builder retry(long seconds) {
        return QueueStage.newBuilder().setRetryTime(in(seconds));
    }

    private static ErrorInfo cause(String reason) {
        return ErrorInfo.newBuilder().setReason(reason).build();
    }

    private static Timestamp in(long seconds) {
        return Timestamp.newBuilder().setSeconds(NOW.getEpochSecond() + seconds).build();
    }

    private static Captured run(Session session, String... args) {
        Captured shell = Captured.terminal();
        try (LoopbackServer server = LoopbackServer.of(new Service(session))) {
            shell.environment.put("MEANWHILE_SERVER", server.address().toString());
            assertEquals(0, shell.run(args), shell::err);
        }
        return shell;
    }

    /** Has one session, and nothing queued in it. */
    private static final class Service extends SessionServiceGrpc.SessionServiceImplBase {
        private final Session session;

        Service(Session session) {
            this.session = session;
        }

        @Override
        public void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> answers) {
            answers.onNext(
                    ListSessionsResponse.newBuilder().addSessions(session).build());
            answers.onCompleted();
        }

        @Override
        public void cancelQueuedMessages(
                CancelQueuedMessagesRequest request, StreamObserver<CancelQueuedMessagesResponse> answers) {
            answers.onNext(CancelQueuedMessagesResponse.getDefaultInstance());
            answers.onCompleted();
        }
    }
}
