package dev.meanwhile.server.llm.langchain;

import static dev.meanwhile.server.llm.langchain.ScriptedProvider.begin;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.send;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.net.httpserver.HttpExchange;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.Prompt;
import dev.meanwhile.server.llm.Recorder;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cancel closes the connection, whatever the provider is doing; the provider itself is asked whether it did. */
@Timeout(60)
class OpenAiCancelTest {
    private static final Prompt PROMPT = new Prompt(null, List.of(), "Hello?");

    private final Recorder recorder = new Recorder();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);

    @Test
    void beforeTheHeader() throws Exception {
        cancelWhen(
                exchange -> {
                    cancelled.await();
                    begin(exchange);
                    writeUntilGone(exchange);
                },
                false);

        assertEquals(List.of(), recorder.texts);
    }

    @Test
    void behindTheHeader() throws Exception {
        cancelWhen(
                exchange -> {
                    begin(exchange);
                    cancelled.await();
                    writeUntilGone(exchange);
                },
                false);

        assertEquals(List.of(), recorder.texts);
    }

    @Test
    void inTheAnswer() throws Exception {
        cancelWhen(
                exchange -> {
                    begin(exchange);
                    send(exchange, text("one"));
                    cancelled.await();
                    writeUntilGone(exchange);
                },
                true);

        assertEquals(List.of("one"), recorder.texts);
    }

    @Test
    void atOnceAndAfterTheEndItDoesNothing() throws Exception {
        try (var provider = new ScriptedProvider(ScriptedProvider.events(text("x"), "[DONE]"))) {
            ModelCall early = provider.model().start(PROMPT, new Recorder());
            early.cancel();
            early.cancel();

            ModelCall late = provider.model().start(PROMPT, recorder);
            recorder.awaitEnd();
            late.cancel();
            assertEquals(List.of(), recorder.faults);
        }
    }

    private void cancelWhen(ScriptedProvider.Script script, boolean afterText) throws Exception {
        try (var provider = new ScriptedProvider(script)) {
            ModelCall call = provider.model().start(PROMPT, recorder);
            provider.requestBody.get(20, TimeUnit.SECONDS);
            if (afterText) {
                recorder.awaitText();
            }
            call.cancel();
            cancelled.countDown();

            gone.get(20, TimeUnit.SECONDS);
            assertFalse(recorder.end.isDone());
            assertEquals(List.of(), recorder.faults);
        }
    }

    // Ends only if the client has closed the connection: against one that is open but unread a write waits for ever.
    private void writeUntilGone(HttpExchange exchange) {
        try {
            while (true) {
                send(exchange, text("more"));
            }
        } catch (IOException e) {
            gone.complete(null);
        }
    }
}
