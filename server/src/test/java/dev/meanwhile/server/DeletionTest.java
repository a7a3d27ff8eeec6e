package dev.meanwhile.server;

import static dev.meanwhile.server.ErrorDetails.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.DeleteSessionRequest;
import dev.meanwhile.v1.GetQueueStatsRequest;
import dev.meanwhile.v1.LaneStats;
import dev.meanwhile.v1.ListNotificationsRequest;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.RouteReason;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P14: a deleted session is gone for its readers at once, and soon from the tables. */
final class DeletionTest {
    @TempDir
    Path folder;

    /** Planted: messages of deleted sessions found by their ids; found red. */
    @Test
    void p14NothingOfADeletedSessionIsReadable() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            EveryNamedCall every = new EveryNamedCall(server);
            Map<String, String> absent = every.answers("", "gone", "0000000000000000");
            server.session("gone");
            server.session("stays");
            String ended = calls.submit("gone", "hello");
            model.next().text("answer").complete();
            calls.awaitEnds("gone", ended);
            String running = calls.submit("gone", "more");
            ScriptedModel.Call call = model.next();
            String queued = calls.submit("gone", "yet more");

            calls.delete("gone");
            call.cancelled().get(20, TimeUnit.SECONDS);
            for (String message : List.of(ended, running, queued)) {
                Map<String, String> answers = new TreeMap<>(every.answers("", "gone", message));
                answers.replaceAll((name, answer) -> answer.replace(message, "0000000000000000"));
                assertEquals(absent, answers);
            }
            assertEquals(
                    List.of("stays"),
                    server.users().listSessions(ListSessionsRequest.getDefaultInstance()).getSessionsList().stream()
                            .map(Session::getSessionId)
                            .toList());
            assertEquals(
                    "",
                    server.users()
                            .listSessions(ListSessionsRequest.getDefaultInstance())
                            .getActiveSessionId());
            assertEquals(
                    0,
                    server.users()
                            .listNotifications(ListNotificationsRequest.getDefaultInstance())
                            .getNotificationsCount());
            assertEquals(0, calls.acknowledge(1));
            refused("SESSION_NOT_FOUND", () -> calls.delete("gone"));
            server.users()
                    .deleteSession(DeleteSessionRequest.newBuilder()
                            .setSessionId("gone")
                            .setAllowMissing(true)
                            .build());
        }
    }

    /** Planted: the closing of a deleted session's stream as CAUGHT_UP; found red. */
    @Test
    void p14StreamsGetAClosingThatSaysSo() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("gone");
            String message = calls.submit("gone", "hello");
            ScriptedModel.Call call = model.next();
            try (Tail all = Tail.follow(server, "gone", 0);
                    Tail one = Tail.open(
                            server,
                            ResponseChunksRequest.newBuilder()
                                    .setSessionId("gone")
                                    .setMessageId(message)
                                    .setFollow(true)
                                    .build())) {
                call.text("a piece");
                all.text(1);
                one.text(1);
                calls.delete("gone");
                for (Tail tail : List.of(all, one)) {
                    assertEquals(List.of(), tail.rest());
                    assertEquals(
                            ClosingReason.CLOSING_REASON_SESSION_DELETED,
                            tail.closing().getReason());
                    assertEquals(2, tail.closing().getResumeAfter());
                }
            }
        }
    }

    /** Planted: the pointer left on the deleted session; moved on to another one. Each found red. */
    @Test
    void afterTheActiveSessionIsDeletedNoneIsActive() throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            UserCalls calls = new UserCalls(server);
            server.session("active");
            server.session("other");
            calls.delete("active");
            assertEquals(
                    "",
                    server.users()
                            .listSessions(ListSessionsRequest.getDefaultInstance())
                            .getActiveSessionId());
            assertFalse(calls.session("other").getActive());
            assertEquals(
                    RouteReason.ROUTE_REASON_NO_ACTIVE_SESSION,
                    server.submit("other", "hello").getRouteReason());
            assertTrue(server.session("next").getActive(), "the next one made is");
        }
    }

    /** Planted: the name's and the id's indices over deleted sessions too; the number of sessions reused. */
    @Test
    void p14NameIdAndRequestIdsAreFreeAtOnceButNotTheNumber() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model, "--drain=0", "--workspace-capacity=1")) {
            UserCalls calls = new UserCalls(server);
            CreateSessionRequest asked = CreateSessionRequest.newBuilder()
                    .setSessionId("gone")
                    .setName("my name")
                    .setRequestId("make")
                    .build();
            SubmitMessageRequest submit = SubmitMessageRequest.newBuilder()
                    .setSessionId("gone")
                    .setText("hello")
                    .setRequestId("say")
                    .build();
            for (int round = 1; round <= 20; round++) {
                Session made = server.users().createSession(asked).getSession();
                assertEquals(round, made.getNumber());
                assertTrue(made.getActive());
                assertEquals(0, made.getLastSequence());
                SubmitMessageResponse accepted = server.users().submitMessage(submit);
                assertFalse(accepted.getDuplicate());
                assertEquals(0, accepted.getLogPosition());
                calls.delete("gone"); // queued or running, by chance
            }
            Session made = server.users().createSession(asked).getSession();
            SubmitMessageResponse accepted = server.users().submitMessage(submit);
            refused(
                    "EPOCH_CHANGED",
                    () -> server.users()
                            .responseChunks(ResponseChunksRequest.newBuilder()
                                    .setSessionId("gone")
                                    .setEpoch("of-an-earlier-one")
                                    .build())
                            .next());
            assertNotEquals("", made.getEpoch());
            assertEquals(made.getEpoch(), accepted.getEpoch());
        }
    }

    /** Planted, each found red: lane events, the instruction, failed attempts left behind by the purge. */
    @Test
    void p14ThePurgeLeavesNoRow() throws Exception {
        ScriptedModel model = new ScriptedModel();
        SettableClock clock = new SettableClock();
        Map<String, Integer> before;
        try (TestServer server = TestServer.start(folder, clock, List.of(model))) {
            UserCalls calls = new UserCalls(server);
            server.session("stays");
            before = rows();
            server.users()
                    .createSession(CreateSessionRequest.newBuilder()
                            .setSessionId("gone")
                            .setSystemInstruction("be brief")
                            .build());
            String retried = calls.submit("gone", "hello");
            try (Tail tail = Tail.follow(server, "gone", 0)) {
                ScriptedModel.Call bad = model.next().text("bad");
                tail.text(1);
                bad.fail(ModelFailure.fault(FailureReason.PROVIDER_CUT, "it broke off"));
                assertTrue(tail.next().hasAttemptReset());
                clock.advance(Duration.ofMinutes(1));
                calls.resume();
                String other = calls.submit("stays", "wakes the claims");
                ScriptedModel.Call first = model.next();
                ScriptedModel.Call second = model.next();
                for (ScriptedModel.Call call : List.of(first, second)) {
                    call.text("good").complete();
                }
                tail.terminal(retried);
                calls.awaitEnds("stays", other);
            }
            calls.submit("gone", "runs");
            model.next().text("a piece");
            calls.submit("gone", "waits");
            assertTrue(rows().values().stream().mapToInt(Integer::intValue).sum() > 20);
            calls.delete("stays");
            calls.delete("gone");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> rows().values().stream().allMatch(count -> count == 0));
            for (LaneStats lane : server.operators()
                    .getQueueStats(GetQueueStatsRequest.getDefaultInstance())
                    .getModels(0)
                    .getLanesList()) {
                assertEquals(0, lane.getQueuedMessages() + lane.getWaitingHeads() + lane.getRunningMessages());
            }
            assertEquals(0, count("SELECT sum(abs(queued) + abs(running) + abs(heads)) FROM workspace_lane"));
        }
        assertEquals(1, before.get("session"));
    }

    /** Planted: the purger without its first permit, so that it waits for the next deletion; found red. */
    @Test
    void p14APurgeGoesOnAfterARestart() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            UserCalls calls = new UserCalls(server);
            server.session("gone");
            calls.pause();
            for (int i = 0; i < 150; i++) {
                calls.submit("gone", "never answered");
            }
        }
        try (Connection store = open();
                Statement statement = store.createStatement()) {
            statement.executeUpdate("UPDATE session SET state = 2"); // as if it had ended right after the deletion
            statement.executeUpdate("DELETE FROM head");
        }
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            refused("SESSION_NOT_FOUND", () -> new UserCalls(server).session("gone"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> rows().values().stream().allMatch(count -> count == 0));
        }
    }

    /** Rows of each table that holds something of sessions. */
    private Map<String, Integer> rows() throws SQLException {
        Map<String, Integer> rows = new TreeMap<>();
        List<String> tables = new ArrayList<>();
        try (Connection store = open();
                Statement statement = store.createStatement();
                ResultSet names = statement.executeQuery(
                        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('setting', 'workspace',"
                                + " 'lane', 'workspace_lane') AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'flyway%'")) {
            while (names.next()) {
                tables.add(names.getString(1));
            }
        }
        for (String table : tables) {
            rows.put(table, count("SELECT count(*) FROM " + table));
        }
        assertTrue(rows.size() >= 9, rows.toString());
        return rows;
    }

    private int count(String sql) throws SQLException {
        try (Connection store = open();
                Statement statement = store.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return result.getInt(1);
        }
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("meanwhile.db"));
    }
}
