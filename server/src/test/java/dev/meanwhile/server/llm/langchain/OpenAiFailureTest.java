package dev.meanwhile.server.llm.langchain;

import static dev.meanwhile.server.llm.langchain.ScriptedProvider.begin;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.send;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.status;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.server.llm.Prompt;
import dev.meanwhile.server.llm.Recorder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How each way a provider fails is told apart. */
@Timeout(60)
class OpenAiFailureTest {
    private static final Prompt PROMPT = new Prompt(null, List.of(), "Hello?");
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Recorder recorder = new Recorder();

    @ParameterizedTest
    @CsvSource({
        "400, PROVIDER_REJECTED,     false, false",
        "401, PROVIDER_REJECTED,     false, false",
        "403, PROVIDER_REJECTED,     false, false",
        "404, PROVIDER_REJECTED,     false, false",
        "302, PROVIDER_REJECTED,     false, false",
        "408, PROVIDER_TIMEOUT,      false, true",
        "409, PROVIDER_UNAVAILABLE,  false, true",
        "425, PROVIDER_UNAVAILABLE,  false, true",
        "429, PROVIDER_RATE_LIMITED, true,  true",
        "500, PROVIDER_UNAVAILABLE,  true,  true",
        "503, PROVIDER_UNAVAILABLE,  true,  true"
    })
    void aStatusSaysWhoseFaultItIs(int status, FailureReason reason, boolean outage, boolean retryable)
            throws Exception {
        ModelFailure failure = fail(status(status, "{\"error\":{\"message\":\"so it is\"}}"), LONG);

        assertEquals(reason, failure.reason());
        assertEquals(outage, failure.outage());
        assertEquals(retryable, failure.retryable());
        assertTrue(failure.message().contains("HTTP " + status), failure.message());
    }

    /** Planted: the page of a proxy quoted as what the provider said. */
    @Test
    void nothingOfAWebPageIsQuoted() throws Exception {
        ModelFailure failure = fail(status(502, "\n<html><body>Bad gateway</body></html>"), LONG);

        assertTrue(failure.message().endsWith("answered HTTP 502."), failure.message());
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 500})
    void aKeyThatTheProviderRepeatsIsNotRepeated(int status) throws Exception {
        ModelFailure failure = fail(status(status, "Wrong key: " + ScriptedProvider.KEY + "\nBye"), LONG);

        assertFalse(failure.message().contains(ScriptedProvider.KEY), failure.message());
    }

    @Test
    void quotesTheProviderOnOneShortLine() throws Exception {
        ModelFailure failure = fail(status(400, "too\nlong " + "x".repeat(5000)), LONG);

        assertTrue(failure.message().contains("It said: too long xxx"), failure.message());
        assertTrue(failure.message().length() < 500, failure.message());
    }

    @Test
    void keepsRetryAfter() throws Exception {
        ModelFailure failure = fail(
                exchange -> {
                    exchange.getResponseHeaders().set("Retry-After", "7");
                    exchange.sendResponseHeaders(429, -1);
                },
                LONG);

        assertEquals(Duration.ofSeconds(7), failure.retryAfter());
    }

    @Test
    void aRefusedConnectionIsAnOutage() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        ScriptedProvider.model(port, LONG).start(PROMPT, recorder);

        ModelFailure failure = recorder.awaitFailure();
        assertEquals(FailureReason.PROVIDER_UNAVAILABLE, failure.reason());
        assertTrue(failure.outage());
        assertTrue(failure.message().contains("127.0.0.1:" + port), failure.message());
    }

    @Test
    void aConnectionThatBreaksBeforeTheAnswerIsAnOutage() throws Exception {
        ModelFailure failure = fail(exchange -> {}, LONG);

        assertEquals(FailureReason.PROVIDER_UNAVAILABLE, failure.reason());
        assertTrue(failure.outage());
    }

    @Test
    void aConnectionThatBreaksInTheAnswerIsTheAnswersOwnFault() throws Exception {
        // Left alone LangChain4j reports the error and then a completion.
        ModelFailure failure = fail(
                exchange -> {
                    // Announces more than it sends, so that the end of the connection is no end of the answer.
                    exchange.sendResponseHeaders(200, 100_000);
                    send(exchange, text("half"));
                    recorder.awaitText();
                    exchange.getResponseBody().write("data: {\"cho".getBytes(StandardCharsets.UTF_8));
                },
                LONG);

        assertEquals(FailureReason.PROVIDER_CUT, failure.reason());
        assertFalse(failure.outage());
        assertTrue(failure.retryable());
        assertEquals("half", recorder.answer());
    }

    @Test
    void aHangBeforeTheAnswerIsAnOutage() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        ModelFailure failure = fail(exchange -> over.await(), SHORT);
        over.countDown();

        assertEquals(FailureReason.PROVIDER_TIMEOUT, failure.reason());
        assertTrue(failure.outage());
    }

    @Test
    void aHangBehindTheHeaderIsAnOutage() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        ModelFailure failure = fail(
                exchange -> {
                    begin(exchange);
                    over.await();
                },
                SHORT);
        over.countDown();

        assertEquals(FailureReason.PROVIDER_TIMEOUT, failure.reason());
        assertTrue(failure.outage());
    }

    @Test
    void aHangInTheAnswerIsTheAnswersOwnFault() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        ModelFailure failure = fail(
                exchange -> {
                    begin(exchange);
                    send(exchange, text("half"));
                    over.await();
                },
                Duration.ofSeconds(4));
        over.countDown();

        assertEquals("half", recorder.answer());
        assertEquals(FailureReason.PROVIDER_TIMEOUT, failure.reason());
        assertFalse(failure.outage());
        assertTrue(failure.retryable());
    }

    private ModelFailure fail(ScriptedProvider.Script script, Duration totalTimeout) throws Exception {
        try (var provider = new ScriptedProvider(script)) {
            provider.model(totalTimeout).start(PROMPT, recorder);
            return recorder.awaitFailure();
        }
    }
}
