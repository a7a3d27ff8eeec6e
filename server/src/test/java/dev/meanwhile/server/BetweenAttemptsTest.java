package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.GetQueueStatsRequest;
import dev.meanwhile.v1.LaneStats;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.UpdateSessionRequest;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A message between attempts looks the same in every view, from the end of one attempt until the next begins. */
final class BetweenAttemptsTest {
    private static final String[] TWO_MODELS = {
        "--model.a.adapter=simulated",
        "--model.b.adapter=simulated",
        "--default-model=a",
        "--drain=0",
        "--http=127.0.0.1:0"
    };

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final ScriptedModel a = new ScriptedModel();
    private final ScriptedModel b = new ScriptedModel();

    /**
     * Red if the time is cleared when it is due, if a session in the writer's memory does not learn it or does not
     * forget it, and if a watch does not hear of it.
     */
    @Test
    void itsTimeStaysInEveryViewUntilTheNextAttemptBegins() throws Exception {
        try (TestServer server = TestServer.start(folder, clock, List.of(a, b), TWO_MODELS);
                Mirror watch = Mirror.caughtUp(server)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            server.session("two");
            String first = calls.submit("one", "first");
            String second = calls.submit("one", "behind it");
            ScriptedModel.Call call = a.next();
            assertView(server, watch, first, second, null);
            fail(call);
            Timestamp due = calls.message(first).getMessage().getRetryTime();
            assertEquals(time(clock.instant().plusSeconds(1)), due);
            assertView(server, watch, first, second, due);

            becomeDue(calls, first);
            assertView(server, watch, first, second, due);
            calls.switchTo("two");
            assertView(server, watch, first, second, due);
            calls.resume();
            ScriptedModel.Call again = a.next();
            assertView(server, watch, first, second, null);
            again.complete();
            calls.awaitEnds("one", first);
            assertFalse(calls.message(first).getMessage().hasRetryTime());
            assertFalse(calls.session("one").hasRetryTime());
        }
    }

    /** Red if it is counted where its last attempt ran, or among the heads that wait, too; or not in the metrics. */
    @Test
    void statsCountItOnceWhereItWantsToRun() throws Exception {
        try (TestServer server = TestServer.start(folder, clock, List.of(a, b), TWO_MODELS)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            server.session("two");
            String message = calls.submit("one", "hello");
            ScriptedModel.Call call = a.next();
            assertEquals(List.of("a HIGH 0 queued 1 running 0 retrying"), lanes(server));
            assertMetric(server, "meanwhile_messages_running{model=\"a\",priority=\"high\"} 1.0");
            calls.switchTo("two");
            fail(call);
            assertEquals(List.of("a LOW 0 queued 0 running 1 retrying"), lanes(server));
            assertMetric(server, "meanwhile_messages_running{model=\"a\",priority=\"high\"} 0.0");
            assertMetric(server, "meanwhile_messages_retrying{model=\"a\",priority=\"low\"} 1.0");
            calls.switchTo("one");
            assertEquals(List.of("a HIGH 0 queued 0 running 1 retrying"), lanes(server));
            useModel(server, "b");
            assertEquals(List.of("b HIGH 0 queued 0 running 1 retrying"), lanes(server));
            assertEquals("b", calls.message(message).getMessage().getModel());

            becomeDue(calls, message);
            assertEquals(List.of("b HIGH 0 queued 0 running 1 retrying"), lanes(server));
            calls.switchTo("two");
            assertEquals(List.of("b LOW 0 queued 0 running 1 retrying"), lanes(server));
            useModel(server, "a");
            assertEquals(List.of("a LOW 0 queued 0 running 1 retrying"), lanes(server));
            calls.resume();
            a.next().complete();
            calls.awaitEnds("one", message);
            assertEquals(List.of(), lanes(server));
        }
    }

    /** Red if what a stopping server hands back has no time. */
    @Test
    void whatAServerHandedBackIsDueAtOnce() throws Exception {
        String message;
        try (TestServer server = TestServer.start(folder, clock, List.of(a, b), TWO_MODELS)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            message = calls.submit("one", "hello");
            a.next();
            calls.pause();
        }
        Instant stopped = clock.instant();
        clock.advance(Duration.ofMinutes(1));
        try (TestServer server = TestServer.start(folder, clock, List.of(a, b), TWO_MODELS)) {
            UserCalls calls = new UserCalls(server);
            assertEquals(time(stopped), calls.message(message).getMessage().getRetryTime());
            assertEquals(time(stopped), calls.session("one").getRetryTime());
            calls.resume();
            a.next().complete();
            calls.awaitEnds("one", message);
        }
    }

    /** As earlier versions left it: in its lane and without a time. Red without the migration. */
    @Test
    void oneOfADatabaseOfBeforeIsBetweenAttemptsToo() throws Exception {
        String message;
        try (TestServer server = TestServer.start(folder, clock, List.of(a, b), TWO_MODELS)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            server.session("two");
            message = calls.submit("one", "hello");
            fail(a.next());
            becomeDue(calls, message);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("meanwhile.db"));
                Statement statement = connection.createStatement()) {
            assertEquals(
                    1, statement.executeUpdate("UPDATE head SET due_time = NULL WHERE status = 0 AND due_time > 0"));
            assertEquals(
                    1,
                    statement.executeUpdate("DELETE FROM flyway_schema_history WHERE CAST(version AS INTEGER) >= 3"));
        }
        try (TestServer server = TestServer.start(folder, clock, List.of(a, b), TWO_MODELS)) {
            UserCalls calls = new UserCalls(server);
            Message found = calls.message(message).getMessage();
            assertEquals(MessageState.MESSAGE_STATE_RUNNING, found.getState());
            assertEquals(found.getStartTime(), found.getRetryTime());
            assertEquals(found.getRetryTime(), calls.session("one").getRetryTime());
            calls.resume();
            a.next().complete();
            calls.awaitEnds("one", message);
        }
    }

    private static void fail(ScriptedModel.Call call) throws Exception {
        call.fail(ModelFailure.fault(FailureReason.PROVIDER_CUT, "cut"));
        call.cancelled().get(); // closed once the failure is committed
    }

    /** With the workers paused, so that it only gets its place. */
    private void becomeDue(UserCalls calls, String message) {
        calls.pause();
        clock.advance(Duration.ofMinutes(1));
        String probe = calls.submit("two", "makes the workers look at the clock");
        Awaitility.await().until(() -> calls.explain(message).getQueue().getPosition() > 0);
        calls.cancel(probe);
    }

    private static void useModel(TestServer server, String model) {
        server.users()
                .updateSession(UpdateSessionRequest.newBuilder()
                        .setSessionId("one")
                        .setModel(model)
                        .build());
    }

    /** The first message of session one, the other one behind it. */
    private static void assertView(
            TestServer server, Mirror watch, String first, String second, @Nullable Timestamp due) {
        UserCalls calls = new UserCalls(server);
        Timestamp time = due == null ? Timestamp.getDefaultInstance() : due;
        watch.until(mirror -> mirror.session("one").getRunningMessages() == 1
                && mirror.session("one").getRetryTime().equals(time));
        assertEquals(due != null, watch.session("one").hasRetryTime());
        assertEquals(time, calls.message(first).getMessage().getRetryTime());
        assertEquals(
                time,
                server.users()
                        .listMessages(ListMessagesRequest.newBuilder()
                                .setSessionId("one")
                                .setOldestFirst(true)
                                .build())
                        .getTurns(0)
                        .getMessage()
                        .getRetryTime());
        assertEquals(time, calls.explain(first).getQueue().getRetryTime());
        assertEquals(time, calls.explain(second).getQueue().getHead().getRetryTime());
        assertFalse(calls.message(second).getMessage().hasRetryTime());

        assertEquals(time, calls.session("one").getRetryTime());
        Session listed = server.users()
                .listSessions(ListSessionsRequest.getDefaultInstance())
                .getSessions(0);
        assertEquals(time, listed.getRetryTime());
        Session updated = server.users()
                .updateSession(UpdateSessionRequest.newBuilder()
                        .setSessionId("one")
                        .setName("one")
                        .build())
                .getSession();
        assertEquals(time, updated.getRetryTime(), "what the writer remembers");
        if (listed.getActive()) {
            SwitchSessionResponse switched = calls.switchTo("one");
            assertEquals(time, switched.getSession().getRetryTime());
        }
    }

    private static Timestamp time(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    private static void assertMetric(TestServer server, String line) throws Exception {
        assertTrue(server.http("/metrics").body().lines().anyMatch(line::equals), line);
    }

    /** Those in which something is. */
    private static List<String> lanes(TestServer server) {
        List<String> lanes = new ArrayList<>();
        server.operators()
                .getQueueStats(GetQueueStatsRequest.getDefaultInstance())
                .getModelsList()
                .forEach(model -> {
                    for (LaneStats lane : model.getLanesList()) {
                        assertEquals(0, lane.getWaitingHeads());
                        assertFalse(lane.hasWorstWait());
                        if (lane.getQueuedMessages() + lane.getRunningMessages() + lane.getRetryingMessages() > 0) {
                            lanes.add(model.getModel()
                                    + (lane.getPriority() == Priority.PRIORITY_HIGH ? " HIGH " : " LOW ")
                                    + lane.getQueuedMessages() + " queued " + lane.getRunningMessages() + " running "
                                    + lane.getRetryingMessages() + " retrying");
                        }
                    }
                    assertEquals(
                            model.getLanesList().stream()
                                    .mapToInt(LaneStats::getRetryingMessages)
                                    .sum(),
                            model.getRetryingMessages());
                });
        return lanes;
    }
}
