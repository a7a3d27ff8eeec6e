package dev.meanwhile.server.llm.langchain;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.server.llm.Prompt;
import dev.meanwhile.server.llm.Recorder;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The messages API in the events that Anthropic documents. What has to do with the connection is the same as with any
 * other provider, see {@link ModelTroublesTest}. Planted: the end behind {@code message_stop} is not looked for; an
 * error is handed to the SDK, whose words have no cause.
 */
@Timeout(60)
class AnthropicAnswerTest {
    private static final Prompt PROMPT = new Prompt("Be brief.", List.of(new Prompt.Turn("one", "two")), "Hello?");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Recorder recorder = new Recorder();

    @Test
    void readsTextThinkingAndUsageAndWaitsForNoMore() throws Exception {
        RawProvider.Script script = answer -> {
            start(answer);
            block(answer, 0, "thinking", "thinking", "Hm.");
            event(answer, "ping", "");
            block(answer, 1, "text", "text", "Grü", "ße 😀");
            end(answer, "\"end_turn\""); // and the connection stays open
        };
        try (RawProvider provider = new RawProvider(script, false)) {
            model(provider).start(PROMPT, recorder);

            Recorder.End end = recorder.awaitEnd();
            assertEquals(FinishReason.STOP, end.reason());
            assertEquals(new TokenUsage(7, 3), end.usage());
            assertEquals(List.of("Grü", "ße 😀"), recorder.texts);
            assertEquals(List.of("Hm."), recorder.reasonings);
            await().atMost(Duration.ofSeconds(20)).until(() -> provider.open.get() == 0);
            String request = provider.request.get(20, TimeUnit.SECONDS);
            assertTrue(request.startsWith("POST /v1/messages HTTP/1.1\r\n"), request);
            assertTrue(request.toLowerCase(Locale.ROOT).contains("x-api-key: " + ScriptedProvider.KEY), request);
            String body = request.substring(request.indexOf("\r\n\r\n")).replaceAll("\\s*([\\[\\]{}:,])\\s*", "$1");
            assertTrue(body.contains("\"max_tokens\":77") && body.contains("\"stream\":true"), body);
            assertTrue(body.contains("Be brief.") && body.contains("two") && body.contains("Hello?"), body);
        }
    }

    /** Seen red: the answer failed. */
    @Test
    void aCountThatCanBeNoneIsNotReported() throws Exception {
        RawProvider.Script script = answer -> {
            answer.begin();
            event(
                    answer,
                    "message_start",
                    ",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],"
                            + "\"model\":\"tiny-1\",\"usage\":{\"input_tokens\":92233720368547758080,"
                            + "\"output_tokens\":-1}}");
            block(answer, 0, "text", "text", "x");
            end(answer, "\"end_turn\"");
        };
        try (RawProvider provider = new RawProvider(script, false)) {
            model(provider).start(PROMPT, recorder);

            assertEquals(new TokenUsage(0, 3), recorder.awaitEnd().usage());
        }
    }

    @ParameterizedTest
    @CsvSource({"max_tokens,LENGTH", "stop_sequence,STOP", "refusal,OTHER", "something_new,OTHER"})
    void mapsTheStopReason(String theirs, FinishReason ours) throws Exception {
        RawProvider.Script script = answer -> {
            start(answer);
            block(answer, 0, "text", "text", "x");
            end(answer, '"' + theirs + '"');
        };
        try (RawProvider provider = new RawProvider(script, false)) {
            model(provider).start(PROMPT, recorder);

            assertEquals(ours, recorder.awaitEnd().reason());
        }
    }

    @Test
    void withoutAStopReasonItIsCut() throws Exception {
        ModelFailure failure = fail(answer -> end(answer, "null"));

        assertEquals(FailureReason.PROVIDER_CUT, failure.reason());
        assertFalse(failure.outage());
    }

    @Test
    void withoutAnEndItIsCut() throws Exception {
        ModelFailure failure = fail(RawProvider.Answer::end);

        assertEquals(FailureReason.PROVIDER_CUT, failure.reason());
        assertEquals("half", recorder.answer());
    }

    @Test
    void anErrorInTheAnswerNamesItsCause() throws Exception {
        ModelFailure failure = fail(answer ->
                event(answer, "error", ",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}"));

        assertEquals(FailureReason.PROVIDER_UNAVAILABLE, failure.reason());
        assertTrue(failure.outage());
        assertTrue(failure.message().contains("It said: Overloaded"), failure.message());
    }

    @Test
    void withoutAKeyThereIsNoModel() {
        EndpointConfig config = new EndpointConfig(
                "claude",
                URI.create("http://127.0.0.1/v1"),
                null,
                "tiny-1",
                77,
                null,
                new EndpointConfig.Timeouts(MINUTE, MINUTE, MINUTE, MINUTE));

        assertThrows(IllegalArgumentException.class, () -> ProviderModel.anthropic(config));
    }

    private ModelFailure fail(RawProvider.Script ending) throws Exception {
        RawProvider.Script script = answer -> {
            start(answer);
            block(answer, 0, "text", "text", "half");
            ending.answer(answer);
        };
        try (RawProvider provider = new RawProvider(script, false)) {
            model(provider).start(PROMPT, recorder);
            return recorder.awaitFailure();
        }
    }

    private static void start(RawProvider.Answer answer) throws IOException {
        answer.begin();
        event(
                answer,
                "message_start",
                ",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],"
                        + "\"model\":\"tiny-1\",\"stop_reason\":null,\"usage\":{\"input_tokens\":7,"
                        + "\"output_tokens\":1}}");
    }

    private static void block(RawProvider.Answer answer, int index, String type, String field, String... pieces)
            throws IOException {
        String at = ",\"index\":" + index;
        event(
                answer,
                "content_block_start",
                at + ",\"content_block\":{\"type\":\"" + type + "\",\"" + field + "\":\"\"}");
        for (String piece : pieces) {
            event(
                    answer,
                    "content_block_delta",
                    at + ",\"delta\":{\"type\":\"" + field + "_delta\",\"" + field + "\":\"" + piece + "\"}");
        }
        event(answer, "content_block_stop", at);
    }

    private static void end(RawProvider.Answer answer, String stopReason) throws IOException {
        event(
                answer,
                "message_delta",
                ",\"delta\":{\"stop_reason\":" + stopReason
                        + ",\"stop_sequence\":null},\"usage\":{\"output_tokens\":3}");
        event(answer, "message_stop", "");
    }

    private static void event(RawProvider.Answer answer, String type, String fields) throws IOException {
        answer.raw("event: " + type + "\ndata: {\"type\":\"" + type + "\"" + fields + "}\n\n");
    }

    private static ProviderModel model(RawProvider provider) {
        return ProviderModel.anthropic(new EndpointConfig(
                "claude",
                URI.create("http://127.0.0.1:" + provider.port() + "/v1"),
                ApiKey.fromEnvironment("KEY", name -> ScriptedProvider.KEY),
                "tiny-1",
                77,
                0.5,
                new EndpointConfig.Timeouts(MINUTE, MINUTE, MINUTE, MINUTE)));
    }
}
