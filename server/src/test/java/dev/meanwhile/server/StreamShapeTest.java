package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stream's messages and entries look like: their sizes, the digest, and what an attempt_reset takes back. */
final class StreamShapeTest {
    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();

    /** Planted: 16 KiB in an entry; text read back without its U+0000. */
    @Test
    void streamMessagesHoldSixteenKibibytesAndEntriesEight() throws Exception {
        String large = "\u20ac\0\uD83D\uDE00".repeat(10_000);
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("s");
            Message message = server.submit("s", "one");
            ScriptedModel.Call call = model.next().reasoning(large).text(large);
            for (int i = 0; i < 2_000; i++) {
                call.text("word ");
            }
            call.text("\uD83D").text("\uDE00").complete();
            Calls.ended(server, message);

            String expected = large + "word ".repeat(2_000) + "\uD83D\uDE00";
            StringBuilder text = new StringBuilder();
            StringBuilder reasoning = new StringBuilder();
            AnswerCompleted completed = AnswerCompleted.getDefaultInstance();
            int chunks = 0;
            int messages = 0;
            LogStream stream = LogStream.open(server, LogStream.request("s").build());
            for (ResponseChunksResponse part = stream.next(); !part.hasClosing(); part = stream.next()) {
                assertTrue(part.getSerializedSize() <= 16 << 10, "a message of " + part.getSerializedSize());
                assertTrue(part.getEntries().getEntriesCount() <= 256);
                messages++;
                for (ResponseEntry entry : part.getEntries().getEntriesList()) {
                    assertTrue(utf8(entry.getText().getText()).size() <= 8 << 10);
                    assertTrue(utf8(entry.getReasoning().getText()).size() <= 8 << 10);
                    text.append(entry.getText().getText());
                    reasoning.append(entry.getReasoning().getText());
                    if (entry.hasText()) {
                        assertEquals(chunks++, entry.getText().getChunkIndex());
                    }
                    completed = entry.getCompleted();
                }
            }
            assertEquals(expected, text.toString());
            assertEquals(large, reasoning.toString());
            assertEquals(chunks, completed.getChunkCount());
            assertEquals(utf8(expected).size(), completed.getByteCount());
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(expected.getBytes(StandardCharsets.UTF_8));
            assertEquals(HexFormat.of().formatHex(digest), completed.getSha256());
            assertTrue(messages >= utf8(large).size() * 2 / (16 << 10), "packed, and not more: " + messages);
            assertTrue(messages <= 60, "a replay packs: " + messages);
        }
    }

    /** Planted: a digest that goes on from the failed attempt; no reset; a reset though nothing was visible. */
    @Test
    void anAttemptResetTakesBackWhatWasVisibleAndOnlyThat() throws Exception {
        SettableClock clock = new SettableClock();
        try (TestServer server = TestServer.start(folder, clock, List.of(model))) {
            server.session("s");
            Message message = server.submit("s", "one");
            LogStream live = LogStream.follow(server, "s");
            // The first attempt fails before anything is visible, the second behind some text, the third is whole.
            failed(model.next(), clock, server);
            ScriptedModel.Call second = model.next().text("wrong ").text("start");
            List<ResponseEntry> log = new ArrayList<>(
                    live.until(entry -> entry.getText().getText().equals("start")));
            failed(second, clock, server);
            log.addAll(live.until(ResponseEntry::hasAttemptReset));
            model.next().text("right").complete();
            log.addAll(live.until(ResponseEntry::hasCompleted));

            assertEquals(2, log.get(0).getStarted().getAttempt());
            assertEquals(2, log.get(3).getAttemptReset().getAttempt());
            assertEquals(
                    dev.meanwhile.v1.FailureReason.FAILURE_REASON_PROVIDER_CUT,
                    log.get(3).getAttemptReset().getCause());
            assertEquals(3, log.get(4).getStarted().getAttempt());
            assertEquals(0, log.get(5).getText().getChunkIndex());
            AnswerCompleted completed = log.get(6).getCompleted();
            assertEquals(7, log.size());
            assertEquals(1, completed.getChunkCount());
            assertEquals(5, completed.getByteCount());
            assertEquals(
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256")
                                    .digest("right".getBytes(StandardCharsets.UTF_8))),
                    completed.getSha256());
            assertEquals("right", Calls.turn(server, message.getMessageId()).getAnswer());
            assertEquals(1, Calls.message(server, message.getMessageId()).getFirstSequence());
        }
    }

    /** Many entries of one commit each, and large ones. Planted: 32 KiB in a stream message. */
    @Test
    void oneReadOfTheLogMayFillSeveralStreamMessages() throws Exception {
        LanguageModel failing = (prompt, listener) -> {
            listener.failed(ModelFailure.lasting(FailureReason.PROVIDER_REJECTED, "x".repeat(1_000)));
            return () -> {};
        };
        try (TestServer server = TestServer.start(folder, failing)) {
            server.session("s");
            for (int i = 0; i < 40; i++) {
                Calls.ended(server, server.submit("s", "one"));
            }
            LogStream stream = LogStream.open(server, LogStream.request("s").build());
            List<ResponseEntry> entries = new ArrayList<>();
            for (ResponseChunksResponse part = stream.next(); !part.hasClosing(); part = stream.next()) {
                assertTrue(part.getSerializedSize() <= 16 << 10, "a message of " + part.getSerializedSize());
                entries.addAll(part.getEntries().getEntriesList());
            }
            assertEquals(40, entries.stream().filter(ResponseEntry::hasFailed).count());
            assertEquals(40, entries.getLast().getSequence());
        }
    }

    /** Text and end come at once, so they share a commit. Planted: the text of the last attempt left out. */
    @Test
    void theTextOfTheLastAttemptStaysReadableWhenItFails() throws Exception {
        LanguageModel failing = (prompt, listener) -> {
            listener.text("as far as it came");
            listener.failed(ModelFailure.lasting(FailureReason.PROVIDER_REJECTED, "no"));
            return () -> {};
        };
        try (TestServer server = TestServer.start(folder, failing)) {
            server.session("s");
            Message message = Calls.ended(server, server.submit("s", "one"));
            assertEquals(MessageState.MESSAGE_STATE_FAILED, message.getState());
            assertEquals(
                    "as far as it came",
                    Calls.turn(server, message.getMessageId()).getAnswer());
        }
    }

    /** Planted: an append of what gathered before there is a piece; the batch of a failure without text written. */
    @Test
    void anAttemptWithoutAPieceHasNoStarted() throws Exception {
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("s");
            String cancelled = calls.submit("s", "hello");
            model.next();
            assertEquals(
                    MessageState.MESSAGE_STATE_RUNNING,
                    calls.message(cancelled).getMessage().getState());
            calls.cancel(cancelled);
            String interrupted = calls.submit("s", "hello");
            model.next();
            String failed = calls.interrupt("s");
            model.next().fail(ModelFailure.lasting(FailureReason.PROVIDER_REJECTED, "no"));
            calls.awaitEnds("s", failed);
            String empty = calls.submit("s", "hello");
            model.next().complete();
            calls.awaitEnds("s", empty);
            String thought = calls.submit("s", "hello");
            model.next().reasoning("hm").complete();
            calls.awaitEnds("s", thought);
            assertEquals(
                    List.of(
                            cancelled + " CANCELLED",
                            interrupted + " CANCELLED",
                            failed + " FAILED",
                            empty + " STARTED",
                            empty + " COMPLETED",
                            thought + " STARTED",
                            thought + " REASONING",
                            thought + " COMPLETED"),
                    Tail.read(server, "s", 0).stream()
                            .map(entry -> entry.getMessageId() + " " + entry.getKindCase())
                            .toList());
        }
    }

    /** Planted: no limit; a limit that lets the last delta through. */
    @Test
    void anAnswerBeyondFourMebibytesFailsAndItsTextStopsThere() throws Exception {
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("s");
            Message message = server.submit("s", "one");
            ScriptedModel.Call call = model.next();
            for (int i = 0; i < 4; i++) {
                call.text("x".repeat(1 << 20));
            }
            call.text("y".repeat(1 << 20));
            call.cancelled().get(60, TimeUnit.SECONDS);
            Message ended = Calls.ended(server, message);
            assertEquals(dev.meanwhile.v1.FailureReason.FAILURE_REASON_ANSWER_TOO_LARGE, ended.getFailureReason());
            assertEquals(1, ended.getAttempts());
            long bytes = LogStream.log(server, "s").stream()
                    .mapToLong(entry -> utf8(entry.getText().getText()).size())
                    .sum();
            assertEquals(4 << 20, bytes);
        }
    }

    private static void failed(ScriptedModel.Call call, SettableClock clock, TestServer server) throws Exception {
        call.fail(ModelFailure.fault(FailureReason.PROVIDER_CUT, "cut"));
        call.cancelled().get(60, TimeUnit.SECONDS);
        clock.advance(Duration.ofSeconds(4));
        Calls.wakeWorkers(server);
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
