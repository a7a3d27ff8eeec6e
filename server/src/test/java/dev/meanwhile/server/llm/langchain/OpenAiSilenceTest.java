package dev.meanwhile.server.llm.langchain;

import static dev.meanwhile.server.llm.langchain.ScriptedProvider.begin;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.finish;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.send;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.server.llm.Prompt;
import dev.meanwhile.server.llm.Recorder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Silence of a provider, long before the total timeout. Planted: the two times are not handed on, as once they were
 * not; every test of a silence then waits for the total timeout and finds other words, or none.
 */
@Timeout(60)
class OpenAiSilenceTest {
    private static final Prompt PROMPT = new Prompt(null, List.of(), "Hello?");
    private static final Duration SHORT = Duration.ofMillis(250);
    private static final Duration LONG = Duration.ofMinutes(10);

    private final Recorder recorder = new Recorder();
    private final CountDownLatch over = new CountDownLatch(1);

    @Test
    void silenceBeforeTheHeaderIsAnOutage() throws Exception {
        ModelFailure failure = fail(exchange -> over.await(), SHORT, LONG);

        assertEquals(FailureReason.PROVIDER_TIMEOUT, failure.reason());
        assertTrue(failure.outage());
        assertTrue(failure.message().contains("0.25 s before it began"), failure.message());
    }

    @Test
    void silenceBehindTheHeaderIsAnOutage() throws Exception {
        ModelFailure failure = fail(
                exchange -> {
                    begin(exchange);
                    over.await();
                },
                SHORT,
                LONG);

        assertEquals(FailureReason.PROVIDER_TIMEOUT, failure.reason());
        assertTrue(failure.outage());
    }

    @Test
    void silenceInTheAnswerIsTheAnswersOwnFault() throws Exception {
        ModelFailure failure = fail(
                exchange -> {
                    begin(exchange);
                    send(exchange, text("half"));
                    over.await();
                },
                LONG,
                SHORT);

        assertEquals(List.of("half"), recorder.texts);
        assertEquals(FailureReason.PROVIDER_TIMEOUT, failure.reason());
        assertFalse(failure.outage());
        assertTrue(failure.message().contains("silent for 0.25 s in the middle"), failure.message());
    }

    /** Seen red: the next look waited for the end of a listening that was over, at a limit that no longer held. */
    @Test
    void theIdleTimeoutHoldsAlsoWhereTheFirstByteMayTakeMuchLonger() throws Exception {
        ModelFailure failure = fail(
                exchange -> {
                    begin(exchange);
                    awaitFor(over, SHORT.multipliedBy(2)); // a look comes meanwhile
                    send(exchange, text("half"));
                    over.await();
                },
                Duration.ofSeconds(8),
                SHORT,
                Duration.ofSeconds(4));

        assertTrue(failure.message().contains("silent for 0.25 s in the middle"), failure.message());
    }

    /** Seen red: an outage, which is tried again for a quarter of an hour. */
    @Test
    void aRefusalWhoseBodyDoesNotComeIsARefusal() throws Exception {
        ModelFailure failure = fail(
                exchange -> {
                    exchange.sendResponseHeaders(401, 100);
                    exchange.getResponseBody().flush();
                    over.await();
                },
                SHORT,
                LONG);

        assertEquals(FailureReason.PROVIDER_REJECTED, failure.reason());
    }

    /** Planted: the wait is not taken back once the read is over. */
    @Test
    void timeInWhichNobodyListensIsNoSilence() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Recorder slow = new Recorder() {
            @Override
            public void text(String delta) {
                super.text(delta);
                awaitFor(never, SHORT.multipliedBy(4)); // as when the store makes the answer wait
            }
        };
        try (var provider = new ScriptedProvider(exchange -> {
            begin(exchange);
            send(exchange, text("one"));
            send(exchange, text("two"));
            send(exchange, finish("stop"));
            exchange.getResponseBody().close();
        })) {
            provider.model(new EndpointConfig.Timeouts(LONG, LONG, SHORT, LONG)).start(PROMPT, slow);
            assertEquals(FinishReason.STOP, slow.awaitEnd().reason());
            assertEquals(List.of("one", "two"), slow.texts);
        }
    }

    private static void awaitFor(CountDownLatch latch, Duration time) {
        try {
            assertFalse(latch.await(time.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private ModelFailure fail(ScriptedProvider.Script script, Duration firstByte, Duration idle) throws Exception {
        return fail(script, firstByte, idle, LONG);
    }

    private ModelFailure fail(ScriptedProvider.Script script, Duration firstByte, Duration idle, Duration total)
            throws Exception {
        try (var provider = new ScriptedProvider(script)) {
            provider.model(new EndpointConfig.Timeouts(LONG, firstByte, idle, total))
                    .start(PROMPT, recorder);
            ModelFailure failure = recorder.awaitFailure();
            over.countDown();
            return failure;
        }
    }
}
