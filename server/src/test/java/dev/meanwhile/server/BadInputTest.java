package dev.meanwhile.server;

import static dev.meanwhile.server.ErrorDetails.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.AcknowledgeNotificationsRequest;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.GetQueueStatsRequest;
import dev.meanwhile.v1.GetSessionRequest;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.LogLevel;
import dev.meanwhile.v1.MarkSessionReadRequest;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SetLogLevelRequest;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.UpdateSessionRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused, with what, and that it changes nothing. */
final class BadInputTest {
    private static final List<String> BAD_IDS = List.of(
            " ",
            "a b",
            "a\nb",
            "a\tb",
            "a\u001b[31mb",
            "a\u0000b",
            "a/b",
            "../a",
            "a.b",
            "é",
            "🚀",
            "%20",
            "a'--",
            "x".repeat(65));

    @TempDir
    Path folder;

    /** Planted: an id's pattern that finds instead of matches; a limit of 65. Each found red. */
    @Test
    void idsAreCheckedInEveryField() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            UserCalls calls = new UserCalls(server);
            Session one = server.session("one");
            for (String id : BAD_IDS) {
                field(
                        "workspace",
                        () -> server.users()
                                .getSession(GetSessionRequest.newBuilder()
                                        .setWorkspace(id)
                                        .setSessionId("one")
                                        .build()));
                field("session_id", () -> calls.session(id));
                field("session_id", () -> server.session(id));
                field("session_id", () -> calls.submit(id, "hello"));
                field("session_id", () -> calls.switchTo(id));
                field("session_id", () -> calls.notifications(id));
                field("session_id", () -> Tail.read(server, id, 0));
                field("message_id", () -> calls.message(id));
                field("message_id", () -> calls.cancel(id));
                field("message_id", () -> calls.explain(id));
            }
            for (String id : List.of("A", "a-b", "a_b", "")) {
                field("message_id", () -> calls.message(id));
            }
            for (Runnable call :
                    List.<Runnable>of(() -> calls.message(""), () -> calls.cancel(""), () -> calls.explain(""))) {
                assertEquals(
                        "message_id is empty; name a message (its id, as SubmitMessage answers it)",
                        refused("INVALID_FIELD", call).text());
            }
            field("session_id", () -> calls.session(""));
            field("session_id", () -> calls.delete(""));
            for (String id : List.of("a\nb", "é", "\u0000", "\u007f", "x".repeat(65))) {
                field(
                        "request_id",
                        () -> server.users()
                                .createSession(CreateSessionRequest.newBuilder()
                                        .setRequestId(id)
                                        .build()));
                field(
                        "request_id",
                        () -> server.users()
                                .submitMessage(submit("hello").setRequestId(id).build()));
            }
            unchanged(server, one);
        }
    }

    /** Planted: text counted in chars; found red. */
    @Test
    void textsAreCheckedByTheirBytes() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel(), "--drain=0")) {
            Session one = server.session("one");
            field("text", () -> server.users().submitMessage(submit("").build()));
            for (String large : List.of("x".repeat((256 << 10) + 1), "ä".repeat((128 << 10) + 1))) {
                ErrorDetails.Refused refused = refused(
                        "MESSAGE_TOO_LARGE",
                        () -> server.users().submitMessage(submit(large).build()));
                assertTrue(Integer.parseInt(refused.metadata().get("bytes")) > 256 << 10);
                assertEquals("262144", refused.metadata().get("limit_bytes"));
            }
            StatusRuntimeException beyond = Assertions.assertThrows(
                    StatusRuntimeException.class,
                    () -> server.users()
                            .submitMessage(submit("x".repeat(330 << 10)).build()));
            assertEquals(Code.RESOURCE_EXHAUSTED, beyond.getStatus().getCode(), "by the transport");
            field("name", () -> server.users().createSession(named("x".repeat(81))));
            field("name", () -> server.users().createSession(named("🚀".repeat(81))));
            field("name", () -> server.users().createSession(named("a\u0007b")));
            field("name", () -> server.users().createSession(named("a\u0085b")));
            field("name", () -> server.users().createSession(named("   ")));
            field("name", () -> server.users().createSession(named("\u00a0\u3000\u200b")));
            for (String blank : List.of(
                    "\u115f",
                    "\u1160",
                    "\u2800",
                    "\u3164",
                    "\uffa0",
                    "\u034f\ufe0f",
                    "\u3164 \u2800",
                    "\u180b",
                    "\u180f",
                    "\u2065",
                    "\udb40\udd00",
                    "\udb40\uddef")) {
                field("name", () -> server.users().createSession(named(blank)));
            }
            field(
                    "system_instruction",
                    () -> server.users()
                            .createSession(CreateSessionRequest.newBuilder()
                                    .setSystemInstruction("ä".repeat((16 << 10) + 1))
                                    .build()));
            field(
                    "model",
                    () -> server.users()
                            .updateSession(UpdateSessionRequest.newBuilder()
                                    .setSessionId("one")
                                    .setModel("m".repeat(65))
                                    .build()));
            unchanged(server, one);
            for (String fits : List.of("x", "x".repeat(256 << 10), "ä".repeat(128 << 10), "a\u0000b")) {
                String message = server.submit("one", fits).getMessageId();
                assertEquals(fits, new UserCalls(server).message(message).getText());
            }
            assertEquals(
                    "🚀".repeat(80),
                    server.users()
                            .createSession(named("🚀".repeat(80)))
                            .getSession()
                            .getName());
        }
    }

    /**
     * Planted, each found red: a reason of its own for a message of another session; that message said to be in no
     * session; the workspace left out of the texts.
     */
    @Test
    void unknownThingsAreNotFoundWithTheirName() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel(), "--drain=0")) {
            UserCalls calls = new UserCalls(server);
            Session one = server.session("one");
            server.session("two");
            String elsewhere = calls.submit("two", "hello");
            ErrorDetails.Refused session = refused("SESSION_NOT_FOUND", () -> calls.session("nowhere"));
            assertEquals("no session 'nowhere' in workspace 'default'; ListSessions has the ids", session.text());
            assertEquals(Map.of("session_id", "nowhere", "workspace", "default"), session.metadata());
            ErrorDetails.Refused message = refused("MESSAGE_NOT_FOUND", () -> calls.message("0000"));
            assertEquals("no message '0000' in workspace 'default'; ListMessages has the ids", message.text());
            assertEquals(Map.of("message_id", "0000", "workspace", "default"), message.metadata());
            ErrorDetails.Refused model = refused(
                    "MODEL_UNKNOWN",
                    () -> server.users()
                            .createSession(CreateSessionRequest.newBuilder()
                                    .setModel("gpt 5")
                                    .build()));
            assertEquals("gpt 5", model.metadata().get("model"));
            assertEquals("model", model.field());
            ErrorDetails.Refused ofTwo = refused(
                    "MESSAGE_NOT_FOUND",
                    () -> server.users()
                            .responseChunks(chunks().setMessageId(elsewhere).build())
                            .next());
            assertEquals(
                    "message '" + elsewhere
                            + "' in workspace 'default' is not of session 'one'; GetMessage has the session_id",
                    ofTwo.text());
            assertEquals(
                    Map.of("message_id", elsewhere, "workspace", "default", "session_id", "one"), ofTwo.metadata());
            unchanged(server, one);
        }
    }

    /** Planted: CURSOR_AHEAD checked before the epoch, in a stream and in a mark; a mark told to drop. Each found red. */
    @Test
    void cursorsAreCheckedAfterExistenceAndEpoch() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            String message = calls.submit("one", "hello");
            model.next().complete();
            calls.awaitEnds("one", message);
            Session one = calls.session("one");
            field(
                    "after_sequence",
                    () -> server.users()
                            .responseChunks(chunks().setAfterSequence(-1).build())
                            .next());
            field("through_sequence", () -> calls.read("one", Long.MIN_VALUE));
            field(
                    "epoch",
                    () -> server.users()
                            .responseChunks(chunks().setEpoch("x".repeat(65)).build())
                            .next());
            for (long ahead : new long[] {3, Long.MAX_VALUE}) {
                ErrorDetails.Refused refused = refused(
                        "CURSOR_AHEAD",
                        () -> server.users()
                                .responseChunks(chunks().setAfterSequence(ahead).build())
                                .next());
                Map<String, String> keys =
                        Map.of("sequence", "" + ahead, "last_sequence", "2", "epoch", one.getEpoch());
                assertEquals(keys, refused.metadata());
                String what = "sequence " + ahead + " lies beyond the log's end at 2; ";
                assertEquals(
                        what + "drop what you hold and start at 0 with epoch '" + one.getEpoch() + "'", refused.text());
                ErrorDetails.Refused mark = refused("CURSOR_AHEAD", () -> calls.read("one", ahead));
                assertEquals(keys, mark.metadata());
                assertEquals(what + "mark at most that as read", mark.text());
            }
            ErrorDetails.Refused mark = refused(
                    "EPOCH_CHANGED",
                    () -> server.users()
                            .markSessionRead(MarkSessionReadRequest.newBuilder()
                                    .setSessionId("one")
                                    .setThroughSequence(99)
                                    .setEpoch("old")
                                    .build()));
            assertEquals(
                    "the log is not the one this sequence belongs to; read the session anew and mark what you saw with"
                            + " epoch '" + one.getEpoch() + "'",
                    mark.text());
            assertEquals(Map.of("epoch", one.getEpoch()), mark.metadata());
            ErrorDetails.Refused epoch = refused(
                    "EPOCH_CHANGED",
                    () -> server.users()
                            .responseChunks(chunks().setAfterSequence(99)
                                    .setEpoch("old")
                                    .build())
                            .next());
            assertEquals(
                    "the log is not the one this cursor belongs to; drop what you hold and start at 0 with epoch '"
                            + one.getEpoch() + "'",
                    epoch.text());
            assertEquals(Map.of("epoch", one.getEpoch()), epoch.metadata());
            refused(
                    "SESSION_NOT_FOUND",
                    () -> server.users()
                            .responseChunks(chunks().setSessionId("nowhere")
                                    .setAfterSequence(99)
                                    .setEpoch("old")
                                    .build())
                            .next());
            refused(
                    "MESSAGE_NOT_FOUND",
                    () -> server.users()
                            .responseChunks(chunks().setMessageId("0000")
                                    .setAfterSequence(99)
                                    .setEpoch("old")
                                    .build())
                            .next());
            field(
                    "through_sequence",
                    () -> server.users()
                            .markSessionRead(MarkSessionReadRequest.newBuilder()
                                    .setSessionId("nowhere")
                                    .setThroughSequence(-1)
                                    .build()));
            unchanged(server, one);
        }
    }

    /** Planted: an unknown enum value taken for the default; found red. */
    @Test
    void numbersAndEnumerationsOutOfTheirRangeAreRefused() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            Session one = server.session("one");
            Map<String, Runnable> calls = new LinkedHashMap<>();
            calls.put(
                    "priority",
                    () -> server.users()
                            .submitMessage(submit("hello").setPriorityValue(3).build()));
            calls.put(
                    "conflict_policy",
                    () -> server.users()
                            .submitMessage(
                                    submit("hello").setConflictPolicyValue(-1).build()));
            calls.put(
                    "state",
                    () -> server.users()
                            .listSessions(ListSessionsRequest.newBuilder()
                                    .setStateValue(9)
                                    .build()));
            calls.put(
                    "workspace_count",
                    () -> server.operators()
                            .getQueueStats(GetQueueStatsRequest.newBuilder()
                                    .setWorkspaceCount(-1)
                                    .build()));
            calls.put(
                    "level",
                    () -> server.operators()
                            .setLogLevel(SetLogLevelRequest.newBuilder()
                                    .setComponent("WORKER")
                                    .build()));
            calls.put(
                    "component",
                    () -> server.operators()
                            .setLogLevel(SetLogLevelRequest.newBuilder()
                                    .setComponent("EVERYTHING")
                                    .setLevel(LogLevel.LOG_LEVEL_DEBUG)
                                    .build()));
            calls.put(
                    "numbers",
                    () -> server.users()
                            .acknowledgeNotifications(AcknowledgeNotificationsRequest.newBuilder()
                                    .addAllNumbers(LongStream.rangeClosed(1, 1_001)
                                            .boxed()
                                            .toList())
                                    .build()));
            calls.forEach(BadInputTest::field);
            unchanged(server, one);
        }
    }

    /** Planted: the server's own bound counted without the running messages; the quota over all workspaces. */
    @Test
    void fullQueuesSayWhenToComeAgain() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(
                folder,
                model,
                "--drain=0",
                "--queue-capacity=5",
                "--workspace-capacity=3",
                "--workers=1",
                "--reserved-for-active=0")) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            server.users()
                    .createSession(CreateSessionRequest.newBuilder()
                            .setWorkspace("other")
                            .setSessionId("one")
                            .build());
            List<String> accepted = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                accepted.add(calls.submit("one", "hello"));
            }
            ScriptedModel.Call running = model.next();
            Session before = calls.session("one");
            ErrorDetails.Refused quota = refused("WORKSPACE_QUOTA", () -> calls.submit("one", "hello"));
            assertEquals("3", quota.metadata().get("limit"));
            bearable(quota);
            unchanged(server, before);
            SubmitMessageRequest other = submit("hello").setWorkspace("other").build();
            server.users().submitMessage(other);
            server.users().submitMessage(other);
            ErrorDetails.Refused full =
                    refused("QUEUE_FULL", () -> server.users().submitMessage(other));
            assertEquals("5", full.metadata().get("limit"));
            bearable(full);
            try (Tail tail = Tail.follow(server, "one", 0)) {
                running.complete();
                tail.terminal(accepted.getFirst());
            }
            calls.submit("one", "there is room again");
            refused("QUEUE_FULL", () -> calls.submit("one", "hello"));
            calls.cancel(accepted.getLast());
            calls.submit("one", "and again");
        }
    }

    private static void bearable(ErrorDetails.Refused refused) {
        Duration delay = Duration.ofSeconds(
                refused.retry().getRetryDelay().getSeconds(),
                refused.retry().getRetryDelay().getNanos());
        assertTrue(delay.toSeconds() >= 1 && delay.toSeconds() <= 60, delay.toString());
    }

    private static void field(String field, Runnable call) {
        ErrorDetails.Refused refused = refused("INVALID_FIELD", call);
        assertEquals(field, refused.metadata().get("field"));
        assertEquals(field, refused.field());
        assertTrue(refused.text().startsWith(field + " "), refused.text());
    }

    private static void unchanged(TestServer server, Session session) {
        assertEquals(session, new UserCalls(server).session(session.getSessionId()));
        assertTrue(server.users().listSessions(ListSessionsRequest.getDefaultInstance()).getSessionsList().stream()
                .allMatch(one ->
                        one.getSessionId().equals("one") || one.getSessionId().equals("two")));
    }

    private static CreateSessionRequest named(String name) {
        return CreateSessionRequest.newBuilder().setName(name).build();
    }

    private static SubmitMessageRequest.Builder submit(String text) {
        return SubmitMessageRequest.newBuilder().setSessionId("one").setText(text);
    }

    private static ResponseChunksRequest.Builder chunks() {
        return ResponseChunksRequest.newBuilder().setSessionId("one");
    }
}
