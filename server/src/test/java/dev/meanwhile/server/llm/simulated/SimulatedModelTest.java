package dev.meanwhile.server.llm.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.llm.Prompt;
import dev.meanwhile.server.llm.Recorder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What it says, and that it says all of it at once when nothing makes it wait. */
class SimulatedModelTest {
    private static final String QUESTION = "Why is the sky blue?";

    @Test
    void theSameQuestionGetsTheSamePieces() {
        List<String> first = answer(12, 0, QUESTION).texts;

        assertEquals(first, answer(12, 0, QUESTION).texts);
        assertNotEquals(first, answer(12, 0, "Why is the sea blue?").texts);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 12, 61, 1000})
    void answersInExactlyTheConfiguredPieces(int chunks) throws Exception {
        Recorder recorder = answer(chunks, 0, QUESTION);

        assertEquals(FinishReason.STOP, recorder.awaitEnd().reason());
        assertEquals(chunks, recorder.texts.size());
        assertFalse(recorder.texts.contains(""));
        assertTrue(recorder.answer().contains(QUESTION), recorder.answer());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 500})
    void fixedPiecesHaveExactlyThatManyAsciiBytes(int chunkBytes) throws Exception {
        Recorder recorder = answer(100, chunkBytes, "Grüße 😀 " + QUESTION);

        recorder.awaitEnd();
        assertEquals(100, recorder.texts.size());
        for (String text : recorder.texts) {
            assertEquals(chunkBytes, text.getBytes(StandardCharsets.UTF_8).length);
            assertTrue(text.chars().allMatch(c -> c < 128), text);
        }
        assertTrue(recorder.answer().startsWith("You asked: \"Gr??e ? Why".substring(0, Math.min(23, chunkBytes))));
    }

    @Test
    void quotesTheFirstSixtyCodePointsWithoutSplittingOne() {
        // 61 pairs of surrogates: a cut by chars would quote 30 of them, or half a pair.
        String text = answer(12, 0, "😀".repeat(61)).answer();

        assertEquals(60, text.codePoints().filter(c -> c == 0x1F600).count());
        assertTrue(text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF), text);
    }

    @Test
    void quotesOnOneLine() {
        assertTrue(answer(12, 0, "a\n\tb\u0000c").answer().contains("\"a b c\""));
    }

    @Test
    void deliversInlineWhenNothingMakesItWait() throws Exception {
        Recorder recorder = answer(12, 0, QUESTION);

        assertTrue(recorder.end.isDone());
        assertSame(Thread.currentThread(), recorder.awaitEnd().thread());
    }

    @Test
    void usageCountsTheWholePrompt() throws Exception {
        long alone = answer(12, 0, QUESTION).awaitEnd().usage().inputTokens();
        Recorder recorder = new Recorder();
        Prompt.Turn turn = new Prompt.Turn("u".repeat(400), "a".repeat(400));
        model(12, 0).start(new Prompt("s".repeat(400), List.of(turn), QUESTION), recorder);

        assertEquals(QUESTION.length() / 4, alone);
        assertEquals(alone + 300, recorder.awaitEnd().usage().inputTokens());
        assertEquals(
                Math.ceilDiv(recorder.answer().length(), 4),
                recorder.awaitEnd().usage().outputTokens());
    }

    @Test
    void saysThatItReadsNoHistoryAndAnswersTheSameWithout() {
        Recorder withHistory = new Recorder();
        List<Prompt.Turn> history = List.of(new Prompt.Turn("one", "two"));
        SimulatedModel model = model(12, 0);
        model.start(new Prompt(null, history, QUESTION), withHistory);

        assertFalse(model.readsHistory());
        assertEquals(answer(12, 0, QUESTION).texts, withHistory.texts);
    }

    private static Recorder answer(int chunks, int chunkBytes, String question) {
        Recorder recorder = new Recorder();
        model(chunks, chunkBytes).start(new Prompt(null, List.of(), question), recorder);
        return recorder;
    }

    private static SimulatedModel model(int chunks, int chunkBytes) {
        // A timer that refuses everything: whoever asks it to wait gets no answer.
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        timer.shutdown();
        return new SimulatedModel(new SimulatedConfig(chunks, Duration.ZERO, Duration.ZERO, chunkBytes), timer);
    }
}
