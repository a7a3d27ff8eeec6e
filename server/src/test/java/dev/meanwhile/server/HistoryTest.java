package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.Turn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GetMessage and ListMessages: what is cut says so, and what is not cut does not. */
final class HistoryTest {
    private static final int KIB = 1 << 10;

    @TempDir
    Path folder;

    /** Planted: answers that end within 8 KiB of the limit marked as cut, as it was; found red. */
    @Test
    void theFlagsSayWhatIsMissingAndTheStreamHasTheRest() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            for (int bytes : new int[] {0, 1, 60 * KIB, 64 * KIB, 64 * KIB + 1, 1023 * KIB, 1024 * KIB, 1025 * KIB}) {
                String message = calls.submit("one", "t".repeat(Math.clamp(bytes, 1, 256 * KIB)));
                ScriptedModel.Call call = model.next();
                for (int left = bytes; left > 0; left -= 5_000) {
                    call.text("x".repeat(Math.min(left, 5_000)));
                }
                call.complete();
                calls.awaitEnds("one", message);
                Turn whole = calls.message(message);
                assertEquals(Math.clamp(bytes, 1, 256 * KIB), whole.getText().length());
                assertFalse(whole.getTextTruncated());
                checkAnswer(server, whole, bytes, 1024 * KIB);
                Turn listed = newest(server);
                assertEquals(bytes > 64 * KIB, listed.getTextTruncated());
                assertEquals(Math.clamp(bytes, 1, 64 * KIB), listed.getText().length());
                checkAnswer(server, listed, bytes, 64 * KIB);
            }
        }
    }

    /** Planted: texts cut in the middle of a code point; found red. */
    @Test
    void textsAreCutBetweenCodePoints() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            for (String point : List.of("ä", "€", "🚀")) {
                String message = calls.submit("one", "a" + point.repeat(30 * KIB));
                ScriptedModel.Call call = model.next();
                for (int i = 0; i < 30; i++) {
                    call.text(point.repeat(KIB));
                }
                call.complete();
                calls.awaitEnds("one", message);
                Turn listed = newest(server);
                int bytes = listed.getText().getBytes(StandardCharsets.UTF_8).length;
                assertTrue(bytes <= 64 * KIB && bytes > 59 * KIB, point + " " + bytes);
                assertTrue(("a" + point.repeat(30 * KIB)).startsWith(listed.getText()));
                assertFalse(listed.getText().contains("\uFFFD"));
                assertFalse(listed.getAnswer().contains("\uFFFD"));
                assertEquals(point.repeat(30 * KIB), calls.message(message).getAnswer());
            }
        }
    }

    /** Planted: the text of the abandoned attempt kept; found red. */
    @Test
    void onlyTheNewestAttemptsTextIsShownHoweverLongTheOthersWere() throws Exception {
        ScriptedModel model = new ScriptedModel();
        SettableClock clock = new SettableClock();
        try (TestServer server = TestServer.start(folder, clock, List.of(model))) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            String message = calls.submit("one", "hello");
            try (Tail tail = Tail.follow(server, "one", 0)) {
                ScriptedModel.Call first = model.next();
                for (int i = 0; i < 200; i++) {
                    first.text("b".repeat(8 * KIB));
                }
                tail.text(200);
                Turn running = calls.message(message);
                assertEquals(
                        MessageState.MESSAGE_STATE_RUNNING, running.getMessage().getState());
                assertEquals(1024 * KIB, running.getAnswer().length());
                assertTrue(running.getAnswerTruncated());
                first.fail(ModelFailure.fault(FailureReason.PROVIDER_CUT, "it broke off"));
                while (!tail.next().hasAttemptReset()) {
                    assertEquals(0, model.waiting());
                }
                Turn waiting = calls.message(message);
                assertEquals("", waiting.getAnswer());
                assertFalse(waiting.getAnswerTruncated());
                assertTrue(waiting.getMessage().hasRetryTime());
                clock.advance(Duration.ofMinutes(1));
                calls.pause();
                calls.resume();
                model.next().text("good").complete();
                tail.terminal(message);
            }
            for (Turn turn : List.of(calls.message(message), newest(server))) {
                assertEquals("good", turn.getAnswer());
                assertFalse(turn.getAnswerTruncated());
                assertEquals(2, turn.getMessage().getAttempts());
            }
        }
    }

    private static void checkAnswer(TestServer server, Turn turn, int bytes, int limit) {
        String message = turn.getMessage().getMessageId();
        assertTrue(turn.getAnswer().length() <= limit);
        assertEquals(turn.getAnswer().length() < bytes, turn.getAnswerTruncated(), bytes + " bytes");
        if (bytes <= limit) {
            assertEquals(bytes, turn.getAnswer().length());
            assertEquals(turn.getMessage().getTerminalSequence(), turn.getAnswerThroughSequence());
        } else {
            assertTrue(turn.getAnswer().length() > limit - 8 * KIB);
        }
        try (Tail rest = Tail.open(
                server,
                ResponseChunksRequest.newBuilder()
                        .setSessionId("one")
                        .setMessageId(message)
                        .setAfterSequence(turn.getAnswerThroughSequence())
                        .build())) {
            List<ResponseEntry> entries = rest.rest();
            assertEquals(
                    bytes,
                    turn.getAnswer().length() + Tail.textOf(message, entries).length());
        }
    }

    private static Turn newest(TestServer server) {
        return server.users()
                .listMessages(ListMessagesRequest.newBuilder()
                        .setSessionId("one")
                        .setPageSize(1)
                        .build())
                .getTurns(0);
    }
}
