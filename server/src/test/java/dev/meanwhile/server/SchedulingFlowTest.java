package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.ExplainMessageRequest;
import dev.meanwhile.v1.FailureReason;
import dev.meanwhile.v1.GetMessageRequest;
import dev.meanwhile.v1.GetQueueStatsRequest;
import dev.meanwhile.v1.GetQueueStatsResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.PauseWorkersRequest;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResumeWorkersRequest;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SwitchSessionRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scheduling through the whole server: kept slots, models, pauses and removed models. */
final class SchedulingFlowTest {
    private static final String[] TWO_MODELS = {
        "--model.a.adapter=simulated", "--model.b.adapter=simulated", "--default-model=a", "--workers=2"
    };

    @TempDir
    Path folder;

    /** Caught: slots that count an answer where its session is now; LOW claims from all free slots. */
    @Test
    void p11SlotsKeptForTheActiveSessionAreNeverTakenByLow() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model, "--workers=3", "--reserved-for-active=1")) {
            server.session("front");
            for (String id : List.of("b0", "b1", "b2", "b3")) {
                server.session(id);
                server.submit(id, id);
            }
            server.submit("front", "front");
            Map<String, ScriptedModel.Call> calls = take(model, 3);
            assertEquals(Set.of("b0", "b1", "front"), calls.keySet());

            // b0 runs in front now, but it was claimed LOW: that leaves no further slot to LOW.
            activate(server, "b0");
            activate(server, "b3");
            call(calls, "front").text("done").complete();
            assertEquals(Set.of("b3"), take(model, 1).keySet(), "the kept slot is b3's, which came to the front");
            activate(server, "front");
            call(calls, "b1").text("done").complete();
            assertEquals(Set.of("b2"), take(model, 1).keySet(), "LOW goes on where LOW ended");
            assertEquals(0, model.waiting());
        }
    }

    /** Caught: one pool of slots for all models. */
    @Test
    void p11AHungModelHoldsBackOnlyItsOwnSessions() throws Exception {
        ScriptedModel hung = new ScriptedModel();
        ScriptedModel well = new ScriptedModel();
        try (TestServer server = start(hung, well)) {
            for (int i = 0; i < 5; i++) {
                session(server, "a" + i, "a");
                submit(server, "a" + i, Priority.PRIORITY_HIGH, "");
            }
            take(hung, 2);
            for (int i = 0; i < 5; i++) {
                session(server, "b" + i, "b");
                Message message = submit(server, "b" + i, Priority.PRIORITY_LOW, "");
                well.next().text("answer").complete();
                assertEquals(
                        MessageState.MESSAGE_STATE_COMPLETED,
                        ended(server, message).getState());
            }
            assertEquals(0, hung.waiting());
        }
    }

    /** Caught: a start that leaves removed models' heads where nobody claims them; only the first head ended. */
    @Test
    void headsOfARemovedModelEndAtTheStartAndWhenTheyBecomeHeads() throws Exception {
        Message first;
        Message second;
        Message running;
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = start(new ScriptedModel(), model)) {
            session(server, "runs", "b");
            running = submit(server, "runs", Priority.PRIORITY_UNSPECIFIED, "");
            model.next();
            server.operators().pauseWorkers(PauseWorkersRequest.getDefaultInstance());
            session(server, "waits", "b");
            first = submit(server, "waits", Priority.PRIORITY_UNSPECIFIED, "");
            second = submit(server, "waits", Priority.PRIORITY_LOW, "");
        }
        try (TestServer server = TestServer.start(
                folder, Clock.systemUTC(), List.of(new ScriptedModel()), "--model.a.adapter=simulated")) {
            Message later = submit(server, "waits", Priority.PRIORITY_UNSPECIFIED, "");
            for (Message message : List.of(running, first, second, later)) {
                Message now = ended(server, message);
                assertEquals(MessageState.MESSAGE_STATE_FAILED, now.getState());
                assertEquals(FailureReason.FAILURE_REASON_MODEL_REMOVED, now.getFailureReason());
                assertEquals(
                        "the model 'b' is no longer configured; give the session another (UpdateSession;"
                                + " bin/meanwhile model SESSION NAME, or models replace OLD NAME for all) and submit again",
                        now.getFailureMessage());
            }
        }
    }

    /** Caught: a pause kept in memory only; stats and explain that do not look. */
    @Test
    void aPauseHoldsAcrossRestartsAndShows() throws Exception {
        Message message;
        try (TestServer server = TestServer.start(folder)) {
            server.session("s");
            assertTrue(server.operators()
                    .pauseWorkers(PauseWorkersRequest.getDefaultInstance())
                    .getChanged());
            assertFalse(server.operators()
                    .pauseWorkers(PauseWorkersRequest.getDefaultInstance())
                    .getChanged());
            message = server.submit("s", "hello");
        }
        try (TestServer server = TestServer.start(folder)) {
            GetQueueStatsResponse stats = server.operators().getQueueStats(GetQueueStatsRequest.getDefaultInstance());
            assertTrue(stats.getWorkersPaused());
            assertEquals(1, stats.getModels(0).getLanes(0).getQueuedMessages());
            assertEquals(1, stats.getWorkspaces(0).getQueuedHigh());
            assertTrue(paused(server, message));
            assertTrue(server.operators()
                    .resumeWorkers(ResumeWorkersRequest.getDefaultInstance())
                    .getChanged());
            assertEquals(
                    MessageState.MESSAGE_STATE_COMPLETED, ended(server, message).getState());
            assertFalse(paused(server, message));
            assertEquals(1, ended(server, message).getAttempts());
        }
    }

    private static ScriptedModel.Call call(Map<String, ScriptedModel.Call> calls, String text) {
        return Objects.requireNonNull(calls.get(text));
    }

    private TestServer start(LanguageModel a, LanguageModel b) throws Exception {
        return TestServer.start(folder, Clock.systemUTC(), List.of(a, b), TWO_MODELS);
    }

    private static void session(TestServer server, String id, String model) {
        server.users()
                .createSession(CreateSessionRequest.newBuilder()
                        .setSessionId(id)
                        .setModel(model)
                        .build());
    }

    private static Message submit(TestServer server, String session, Priority priority, String requestId) {
        return server.users()
                .submitMessage(
                        request("", session, requestId).setPriority(priority).build())
                .getMessage();
    }

    private static SubmitMessageRequest.Builder request(String workspace, String session, String requestId) {
        return SubmitMessageRequest.newBuilder()
                .setWorkspace(workspace)
                .setSessionId(session)
                .setText("text")
                .setRequestId(requestId);
    }

    private static void activate(TestServer server, String session) {
        server.users()
                .switchSession(
                        SwitchSessionRequest.newBuilder().setSessionId(session).build());
    }

    /** So many calls of the model, by the text they answer. */
    private static Map<String, ScriptedModel.Call> take(ScriptedModel model, int count) throws InterruptedException {
        Map<String, ScriptedModel.Call> calls = new HashMap<>();
        for (int i = 0; i < count; i++) {
            ScriptedModel.Call call = model.next();
            calls.put(call.prompt().text(), call);
        }
        return calls;
    }

    /** The message once it has ended. */
    private static Message ended(TestServer server, Message message) {
        server.users()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .responseChunks(ResponseChunksRequest.newBuilder()
                        .setSessionId(message.getSessionId())
                        .setMessageId(message.getMessageId())
                        .setFollow(true)
                        .build())
                .forEachRemaining(response -> {});
        return server.users()
                .getMessage(GetMessageRequest.newBuilder()
                        .setMessageId(message.getMessageId())
                        .build())
                .getTurn()
                .getMessage();
    }

    private static boolean paused(TestServer server, Message message) {
        return server.users()
                .explainMessage(ExplainMessageRequest.newBuilder()
                        .setMessageId(message.getMessageId())
                        .build())
                .getQueue()
                .getWorkersPaused();
    }
}
