package dev.meanwhile.server.llm.langchain;

import static dev.meanwhile.server.llm.langchain.ScriptedProvider.events;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.finish;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.reasoning;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.server.llm.Prompt;
import dev.meanwhile.server.llm.Recorder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the adapter asks, and how it reads a stream that begins well. */
@Timeout(60)
class OpenAiAnswerTest {
    private static final Prompt PROMPT = new Prompt(null, List.of(), "Hello?");
    private static final String USAGE = "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";

    private final Recorder recorder = new Recorder();

    @Test
    void readsTextThinkingAndUsage() throws Exception {
        try (var provider = new ScriptedProvider(
                events(reasoning("Hm."), text("Grü"), text("ße 😀"), finish("stop"), USAGE, "[DONE]"))) {
            provider.model().start(PROMPT, recorder);

            Recorder.End end = recorder.awaitEnd();
            assertEquals(FinishReason.STOP, end.reason());
            assertEquals(new TokenUsage(7, 3), end.usage());
            assertEquals(List.of("Grü", "ße 😀"), recorder.texts);
            assertEquals(List.of("Hm."), recorder.reasonings);
        }
    }

    /** Seen red: an answer failed for a count that does not fit; a good count was dropped with a bad one. */
    @Test
    void aCountThatCanBeNoneIsNotReported() throws Exception {
        String usage = "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3000000000,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":-1}}}";
        String quoted = "\\\"usage\\\":{\\\"prompt_tokens\\\":-1}";
        try (var provider = new ScriptedProvider(events(text(quoted), finish("stop"), usage, "[DONE]"))) {
            provider.model().start(PROMPT, recorder);

            assertEquals(new TokenUsage(7, 0), recorder.awaitEnd().usage());
            assertEquals(List.of("\"usage\":{\"prompt_tokens\":-1}"), recorder.texts);
        }
    }

    /** Seen red: an object failed the answer, and so did details that are none; of a fraction a part was reported. */
    @Test
    void whatIsNoWholeNumberIsNotReported() throws Exception {
        String usage = "{\"choices\":[],\"usage\":{\"prompt_tokens\":{},\"completion_tokens\":3,\"total_tokens\":7.5,"
                + "\"prompt_tokens_details\":[],\"completion_tokens_details\":{\"reasoning_tokens\":{\"a_tokens\":1}}}}";
        String fraction = usage.replace("{},", "7.5,").replace(":3,", ":3.0,");
        for (String reported : List.of(usage, fraction)) {
            try (var provider = new ScriptedProvider(events(text("x"), finish("stop"), reported, "[DONE]"))) {
                Recorder answer = new Recorder();
                provider.model().start(PROMPT, answer);

                assertEquals(new TokenUsage(0, 3), answer.awaitEnd().usage());
            }
        }
    }

    /** Seen red: each text became 0. */
    @Test
    void aCountWrittenAsTextIsRead() throws Exception {
        String usage = "{\"choices\":[],\"usage\":{\"prompt_tokens\":\"7\",\"completion_tokens\":\"999999999\","
                + "\"total_tokens\":\"1000000006\",\"prompt_tokens_details\":{\"cached_tokens\":\"none\"}}}";
        try (var provider = new ScriptedProvider(events(text("x"), finish("stop"), usage, "[DONE]"))) {
            provider.model().start(PROMPT, recorder);

            assertEquals(new TokenUsage(7, 999_999_999), recorder.awaitEnd().usage());
        }
    }

    @Test
    void asksWithInstructionHistoryAndKey() throws Exception {
        List<Prompt.Turn> history = List.of(new Prompt.Turn("one", "two"), new Prompt.Turn("three", ""));
        try (var provider = new ScriptedProvider(events(text("x"), finish("stop"), "[DONE]"))) {
            provider.model().start(new Prompt("Be brief.", history, " "), recorder);
            recorder.awaitEnd();

            String body = provider.requestBody.get().replaceAll("\\s*([\\[\\]{}:,])\\s*", "$1");
            List<String> asked = new ArrayList<>();
            var matcher = Pattern.compile("\"role\":\"(\\w+)\",\"content\":\"([^\"]*)\"")
                    .matcher(body);
            while (matcher.find()) {
                asked.add(matcher.group(1) + "=" + matcher.group(2));
            }
            assertEquals(List.of("system=Be brief.", "user=one", "assistant=two", "user=three", "user= "), asked);
            assertTrue(body.contains("\"model\":\"tiny-1\""), body);
            assertTrue(body.contains("\"max_tokens\":77"), body);
            assertEquals(77, provider.model().answerTokens());
            assertTrue(body.contains("\"temperature\":0.5"), body);
            assertTrue(body.contains("\"stream\":true"), body);
            assertEquals("Bearer " + ScriptedProvider.KEY, provider.authorization.get());
        }
    }

    @ParameterizedTest
    @CsvSource({"length,LENGTH", "content_filter,CONTENT_FILTER", "tool_calls,OTHER", "model_length,OTHER"})
    void mapsTheFinishReason(String theirs, FinishReason ours) throws Exception {
        try (var provider = new ScriptedProvider(events(text("x"), finish(theirs), "[DONE]"))) {
            provider.model().start(PROMPT, recorder);

            assertEquals(ours, recorder.awaitEnd().reason());
        }
    }

    @Test
    void anAnswerWithoutFinishReasonIsCut() throws Exception {
        try (var provider =
                new ScriptedProvider(events(text("half"), text("\\\"finish_reason\\\":\\\"stop\\\""), "[DONE]"))) {
            provider.model().start(PROMPT, recorder);

            ModelFailure failure = recorder.awaitFailure();
            assertEquals(FailureReason.PROVIDER_CUT, failure.reason());
            assertTrue(failure.retryable());
            assertFalse(failure.outage());
            assertEquals("half\"finish_reason\":\"stop\"", recorder.answer());
        }
    }

    @Test
    void theFirstErrorEndsTheAnswer() throws Exception {
        // Left alone LangChain4j reports the broken line, then goes on with "b" and completes with STOP.
        try (var provider = new ScriptedProvider(events(text("a"), "{broken", text("b"), finish("stop"), "[DONE]"))) {
            provider.model().start(PROMPT, recorder);

            ModelFailure failure = recorder.awaitFailure();
            assertEquals(FailureReason.PROVIDER_INVALID, failure.reason());
            assertTrue(failure.retryable());
            assertFalse(failure.outage());
            assertEquals("a", recorder.answer());
        }
    }

    @Test
    void heldAnswersHoldNoOther() throws Exception {
        // With LangChain4j's own client one held answer a core is enough to stop the last one.
        int holders = Runtime.getRuntime().availableProcessors() + 2;
        CountDownLatch release = new CountDownLatch(1);
        try (var provider = new ScriptedProvider(events(text("x"), finish("stop"), "[DONE]"))) {
            ProviderModel model = provider.model();
            List<Recorder> held = new ArrayList<>();
            for (int i = 0; i < holders; i++) {
                held.add(new Held(release));
                model.start(PROMPT, held.getLast());
                held.getLast().awaitText();
            }

            model.start(PROMPT, recorder);
            assertEquals(FinishReason.STOP, recorder.awaitEnd().reason());

            release.countDown();
            for (Recorder one : held) {
                assertEquals(FinishReason.STOP, one.awaitEnd().reason());
            }
        }
    }

    @Test
    void aListenerThatThrowsEndsTheAnswer() throws Exception {
        Recorder thrower = new Recorder() {
            @Override
            public void text(String delta) {
                throw new IllegalStateException("no room");
            }
        };
        try (var provider = new ScriptedProvider(events(text("x"), finish("stop"), "[DONE]"))) {
            provider.model().start(PROMPT, thrower);

            assertEquals(FailureReason.INTERNAL, thrower.awaitFailure().reason());
        }
    }

    /** Takes a text and holds the stream until it is released. */
    private static final class Held extends Recorder {
        private final CountDownLatch release;

        Held(CountDownLatch release) {
            this.release = release;
        }

        @Override
        public void text(String delta) {
            super.text(delta);
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
