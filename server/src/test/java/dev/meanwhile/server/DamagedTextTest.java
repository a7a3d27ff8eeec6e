package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.ErrorDetails.Refused;
import dev.meanwhile.server.telemetry.CapturedLog;
import dev.meanwhile.server.telemetry.LogFormat;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.GetSessionRequest;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.ListNotificationsRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.Turn;
import dev.meanwhile.v1.UpdateSessionRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * P12: a stored text that fails its checksum is refused, never served, said in the log once per hit, and harms nothing
 * but itself. The first of three answers in session "a" has its pieces at the sequences 2, 3 and 4, in commits of
 * their own; session "b" is like it and stays whole.
 */
final class DamagedTextTest {
    private static final String FIRST_KEY = "(SELECT min(key) FROM message)";

    private static final String EXCHANGE = """
        UPDATE segment SET entries = o.e FROM (SELECT message AS m, first_sequence AS f, entries AS e FROM segment) o
        WHERE message = %1$s AND first_sequence IN (3, 4) AND o.m = message AND o.f = 7 - first_sequence
        """;
    private static final String ANOTHERS_TEXT = """
        UPDATE message_text SET (checksum, text) =
            (SELECT checksum, text FROM message_text ORDER BY message DESC LIMIT 1) WHERE message = %1$s
        """;

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private final List<String> messages = new ArrayList<>();
    private CapturedLog log;
    private TestServer server;
    private UserCalls calls;
    private List<ResponseEntry> truth;
    private int told;

    @BeforeEach
    void start() throws Exception {
        log = new CapturedLog(LogFormat.TEXT);
        open();
        for (String session : List.of("a", "b")) {
            server.session(session);
            for (String word : List.of("first", "second", "third")) {
                messages.add(answer(session, word));
            }
        }
        truth = Tail.read(server, "a", 0);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        log.close();
    }

    /**
     * Planted: no checksum at all; one without the place in it; the end of a damaged piece taken from its row as it
     * is; what is missing passed over. Each found red.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        one bit of a piece        | 3   | FLIP
        a checksum                | 3   | UPDATE segment SET checksum = checksum + 1 WHERE %2$s
        the attempt               | 3   | UPDATE segment SET attempt = 2 WHERE %2$s
        a last sequence too high  | 3   | UPDATE segment SET last_sequence = 400 WHERE %2$s
        a last sequence too low   | 3   | UPDATE segment SET last_sequence = 1 WHERE %2$s
        a first sequence too high | 3   | UPDATE segment SET first_sequence = 400 WHERE %2$s
        a lost piece              | 3   | DELETE FROM segment WHERE %2$s
        the lost end              | 5   | DELETE FROM segment WHERE message = %1$s AND last_sequence = 5
        a piece of another answer | 3   | UPDATE segment SET message = 2 + %1$s WHERE %2$s
        two pieces exchanged      | 3 4 | EXCHANGE
        """)
    void p12DamagedAnswersAreRefusedAndNeverServed(String what, String sequences, String sql) throws Exception {
        List<Turn> before = turns("a");
        List<Turn> other = turns("b");
        List<ResponseEntry> otherLog = Tail.read(server, "b", 0);
        SwitchSessionResponse caughtUp = calls.switchTo("a");
        ExplainMessageResponse explained = calls.explain(messages.getFirst());
        List<Notification> news = calls.notifications("");
        restart(file -> {
            if (sql.equals("FLIP")) {
                file.flip("segment", "entries", "message = " + FIRST_KEY + " AND first_sequence = 3");
            } else {
                file.change((sql.equals("EXCHANGE") ? EXCHANGE : sql)
                        .formatted(FIRST_KEY, "message = " + FIRST_KEY + " AND first_sequence = 3"));
            }
        });
        List<Long> damaged =
                List.of(sequences.split(" ")).stream().map(Long::valueOf).toList();

        for (String message : List.of("", messages.getFirst())) {
            for (boolean follow : List.of(false, true)) {
                if (follow && message.isEmpty()) {
                    continue; // it would wait for more
                }
                assertDamaged(
                        damaged,
                        ResponseChunksRequest.newBuilder()
                                .setSessionId("a")
                                .setMessageId(message)
                                .setFollow(follow));
            }
        }
        try (Tail tail = Tail.follow(server, "a", 0)) {
            for (long sequence = 1; sequence < damaged.getFirst(); sequence++) {
                assertEquals(truth.get((int) sequence - 1), tail.next());
            }
            Refused refused = tells(1, () -> ErrorDetails.refused("LOG_CORRUPT", tail::next));
            assertEquals(Map.of("session_id", "a", "sequence", String.valueOf(damaged.getFirst())), refused.metadata());
        }
        long last = damaged.getLast();
        assertEquals(
                truth.subList((int) last, truth.size()),
                tells(0, () -> Tail.read(server, "a", last)),
                "behind the damage");

        assertUnreadable(before.getFirst(), tells(1, () -> calls.message(messages.getFirst())));
        List<Turn> listed = tells(1, () -> turns("a"));
        assertUnreadable(before.getFirst(), listed.getFirst());
        assertEquals(before.subList(1, 3), listed.subList(1, 3));
        SwitchSessionResponse switched = tells(damaged.size(), () -> calls.switchTo("a"));
        assertUnreadable(caughtUp.getTurns(0), switched.getTurns(0));
        assertEquals(
                caughtUp.getTurnsList().subList(1, 3), switched.getTurnsList().subList(1, 3));
        assertEquals(caughtUp.getResumeAfter(), switched.getResumeAfter());
        assertEquals(explained, calls.explain(messages.getFirst()));
        assertEquals(news, calls.notifications(""));
        assertEquals(other, turns("b"));
        assertEquals(otherLog, Tail.read(server, "b", 0));

        server.submit("a", "and now?");
        ScriptedModel.Call call = tells(1, model::next);
        assertEquals(
                List.of("second", "third"),
                call.prompt().history().stream().map(turn -> turn.user()).toList(),
                "a model gets no answer with a hole");
        call.text("well").complete();
        calls.awaitEnds("b");
    }

    /** Planted: a turn without the mark, as it was for a message that still runs: a text with a hole. */
    @Test
    void p12ARunningAnswerWithADamagedPieceIsMarkedOnSwitching() throws Exception {
        server.submit("a", "fourth");
        ScriptedModel.Call call = model.next();
        try (Tail tail = Tail.follow(server, "a", truth.size())) {
            call.text("one ");
            tail.text(1);
            call.text("two ");
            tail.text(1);
            call.text("three");
            long last = tail.text(1).getSequence();
            try (StoredFile file = new StoredFile(folder)) {
                file.flip("segment", "entries", "first_sequence = ?", last - 1);
            }
            SwitchSessionResponse switched = tells(1, () -> calls.switchTo("a"));
            Turn running = switched.getTurns(3);
            assertTrue(running.getAnswerUnreadable());
            assertEquals("", running.getAnswer());
            assertEquals(last, switched.getResumeAfter());
            call.complete();
            assertTrue(Tail.terminal(tail.next()));
        }
    }

    /** Planted: texts not checked; a checksum without the message's key; a damaged text that is told as empty. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        one bit        | FLIP
        another's text | ANOTHERS
        an empty text  | UPDATE message_text SET text = x'' WHERE message = %1$s
        a lost text    | DELETE FROM message_text WHERE message = %1$s
        """)
    void p12DamagedTextsOfUsersAreRefusedAndNeverServed(String what, String sql) throws Exception {
        calls.pause();
        messages.add(calls.submit("b", "waits"));
        List<Turn> before = turns("a");
        restart(file -> {
            for (String key : List.of(FIRST_KEY, "(SELECT max(key) FROM message)")) {
                if (sql.equals("FLIP")) {
                    file.flip("message_text", "text", "message = " + key);
                } else if (!sql.equals("ANOTHERS")) {
                    file.change(sql.formatted(key));
                } else if (key.equals(FIRST_KEY)) {
                    file.change(ANOTHERS_TEXT.formatted(key));
                } else {
                    file.change("UPDATE message_text SET text = x'00' WHERE message = " + key);
                }
            }
        });
        Turn whole = tells(1, () -> calls.message(messages.getFirst()));
        assertTrue(whole.getTextUnreadable());
        assertEquals("", whole.getText());
        assertEquals(before.getFirst().getAnswer(), whole.getAnswer());
        List<Turn> listed = tells(1, () -> turns("a"));
        assertTrue(listed.getFirst().getTextUnreadable());
        assertEquals("", listed.getFirst().getText());
        assertEquals(before.subList(1, 3), listed.subList(1, 3));
        Turn shown = tells(1, () -> calls.switchTo("a")).getTurns(0);
        assertTrue(shown.getTextUnreadable());
        assertEquals("", shown.getText());
        assertEquals(truth, Tail.read(server, "a", 0));

        // A message that waits with a damaged text fails in words, and the next one goes on.
        String next = calls.submit("b", "goes on");
        calls.resume();
        model.next().text("fine").complete();
        calls.awaitEnds("b", messages.getLast(), next);
        Message failed = calls.message(messages.getLast()).getMessage();
        assertEquals(dev.meanwhile.v1.FailureReason.FAILURE_REASON_INTERNAL, failed.getFailureReason());
        assertTrue(failed.getFailureMessage().contains("submit it again"), failed.getFailureMessage());
        assertEquals("fine", calls.message(next).getAnswer());
    }

    /** Planted: an exception of the store's own, which is no answer of the contract. */
    @Test
    void p12ADamagedInstructionIsRefusedUntilItIsSetAgain() throws Exception {
        server.users()
                .createSession(CreateSessionRequest.newBuilder()
                        .setSessionId("c")
                        .setSystemInstruction("be kind")
                        .build());
        restart(file -> file.flip("instruction", "text", "session = (SELECT max(key) FROM session)"));
        GetSessionRequest get = GetSessionRequest.newBuilder().setSessionId("c").build();
        UpdateSessionRequest.Builder update = UpdateSessionRequest.newBuilder().setSessionId("c");
        for (Runnable call : List.<Runnable>of(
                () -> server.users().getSession(get),
                () -> server.users().updateSession(update.setName("other").build()))) {
            Refused refused = tells(1, () -> ErrorDetails.refused("LOG_CORRUPT", call));
            assertEquals(Map.of("session_id", "c", "sequence", "0"), refused.metadata());
        }
        String failed = calls.submit("c", "hello");
        calls.awaitEnds("c", failed);
        assertTrue(calls.message(failed).getMessage().getFailureMessage().contains("UpdateSession"));

        server.users()
                .updateSession(
                        update.clearName().setSystemInstruction("be brief").build());
        assertEquals("be brief", server.users().getSession(get).getSession().getSystemInstruction());
        server.submit("c", "hello");
        ScriptedModel.Call call = model.next();
        assertEquals("be brief", call.prompt().systemInstruction());
        call.text("hi").complete();
    }

    /** Planted: what a notification's own row says of session and sequence; a row of another message believed. */
    @Test
    void p12DamagedNotificationsTellWhatTheirMessagesSayOrNothing() throws Exception {
        List<Notification> before = calls.notifications("");
        List<Notification> ofSession = calls.notifications("a");
        restart(file -> file.change("UPDATE notification SET session = session + 1, terminal_sequence = 400"));
        assertEquals(before, tells(0, () -> calls.notifications("")));
        try (Mirror mirror = Mirror.caughtUp(server)) {
            assertEquals(
                    new TreeSet<>(before.stream().map(Notification::getNumber).toList()),
                    mirror.notifications().navigableKeySet());
        }
        for (String message : List.of("6", "99")) {
            restart(file -> file.change("UPDATE notification SET message = " + message + " WHERE number = 2"));
            List<Notification> left =
                    before.stream().filter(news -> news.getNumber() != 2).toList();
            assertEquals(left, tells(1, () -> calls.notifications("")));
            assertEquals(left.subList(0, 5), tells(1, () -> page(5)), "a page is as full without it");
            assertEquals(ofSession, calls.notifications("a"), "the session's messages know their own");
            try (Mirror mirror = tells(1, () -> Mirror.caughtUp(server))) {
                assertEquals(
                        new TreeSet<>(left.stream().map(Notification::getNumber).toList()),
                        mirror.notifications().navigableKeySet());
            }
            assertEquals(0, tells(1, () -> calls.acknowledge(2)), "what is not known is not acknowledged");
        }
        calls.read("a", truth.size());
        assertEquals(3, tells(0, () -> calls.notifications("")).size(), "reading the session settles it");
    }

    /** Every piece that is served is as it was, and all that is not served is refused, also on going on behind it. */
    private void assertDamaged(List<Long> damaged, ResponseChunksRequest.Builder request) throws Exception {
        List<ResponseEntry> wanted = truth.stream()
                .filter(entry ->
                        request.getMessageId().isEmpty() || entry.getMessageId().equals(request.getMessageId()))
                .toList();
        List<ResponseEntry> served = new ArrayList<>();
        List<Long> refusals = new ArrayList<>();
        request.setAfterSequence(0);
        boolean ended = false;
        while (!ended) {
            try (Tail tail = Tail.open(server, request.build())) {
                try {
                    while (true) {
                        served.add(tail.next());
                    }
                } catch (StatusRuntimeException e) {
                    Refused refused = ErrorDetails.refused("LOG_CORRUPT", () -> {
                        throw e;
                    });
                    assertEquals("a", refused.metadata().get("session_id"));
                    long sequence = Long.parseLong(refused.metadata().get("sequence"));
                    assertTrue(sequence > request.getAfterSequence(), "a reader gets on");
                    refusals.add(sequence);
                    request.setAfterSequence(sequence);
                } catch (AssertionError end) { // the stream's orderly end
                    ended = true;
                }
            }
        }
        tells(refusals.size(), () -> "");
        assertEquals(damaged, refusals);
        assertEquals(
                wanted.stream()
                        .filter(entry -> !damaged.contains(entry.getSequence()))
                        .toList(),
                served);
    }

    private static void assertUnreadable(Turn before, Turn now) {
        assertTrue(now.getAnswerUnreadable());
        assertEquals("", now.getAnswer());
        assertFalse(now.getTextUnreadable());
        assertEquals(before.getText(), now.getText());
        assertEquals(before.getMessage(), now.getMessage());
    }

    /** Makes the call, which must meet that many damaged texts: one error line each. */
    private <T> T tells(int lines, Callable<T> call) throws Exception {
        T answer = call.call();
        List<String> errors = log.lines().stream()
                .filter(line -> line.startsWith("[STORE] ERROR: "))
                .toList();
        assertEquals(told + lines, errors.size(), () -> String.join("\n", errors));
        told = errors.size();
        return answer;
    }

    private interface Damaging {
        void accept(StoredFile file) throws Exception;
    }

    private void open() throws Exception {
        server = TestServer.start(folder, model, "--model.m.adapter=simulated", "--model.m.window=8192");
        calls = new UserCalls(server);
    }

    private void restart(Damaging damage) throws Exception {
        server.close();
        try (StoredFile file = new StoredFile(folder)) {
            damage.accept(file);
        }
        open();
    }

    /** Each piece in a commit of its own. */
    private String answer(String session, String word) throws Exception {
        String message = calls.submit(session, word);
        ScriptedModel.Call call = model.next();
        try (Tail tail = Tail.follow(server, session, calls.session(session).getLastSequence())) {
            for (String piece : List.of("one ", "two ", "six ")) {
                call.text(piece);
                tail.text(1);
            }
            call.complete();
            tail.terminal(message);
        }
        return message;
    }

    private List<Turn> turns(String session) {
        return server.users()
                .listMessages(ListMessagesRequest.newBuilder()
                        .setSessionId(session)
                        .setOldestFirst(true)
                        .build())
                .getTurnsList();
    }

    private List<Notification> page(int size) {
        return server.users()
                .listNotifications(
                        ListNotificationsRequest.newBuilder().setPageSize(size).build())
                .getNotificationsList();
    }
}
