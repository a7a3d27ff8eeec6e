package dev.meanwhile.server.llm.langchain;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.llm.AnswerGuard;
import dev.meanwhile.server.llm.AnswerListener;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.ModelFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call of a provider: every callback comes from the thread that runs it, the first end counts. (Left alone the SDK
 * goes on after an error, with a hole in the text, up to a completion.)
 */
final class ProviderCall implements ModelCall, StreamingChatResponseHandler {
    /** As much as an answer's text may be: thinking that finds no end is ended like one. */
    private static final long MAX_REASONING_BYTES = 4L << 20;

    private final CallHttp http;
    private final FailureWords words;
    private final Duration totalTimeout;
    private final AnswerGuard listener;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile boolean timedOut;
    private long reasoningBytes;

    ProviderCall(CallHttp http, FailureWords words, Duration totalTimeout, AnswerListener listener) {
        this.http = http;
        this.words = words;
        this.totalTimeout = totalTimeout;
        this.listener = new AnswerGuard(listener);
    }

    /** Makes the call and returns when it has ended. */
    void run(Consumer<StreamingChatResponseHandler> chat) {
        over.orTimeout(totalTimeout.toNanos(), TimeUnit.NANOSECONDS);
        var unused = over.exceptionallyAsync(late -> giveUp(), Thread::startVirtualThread);
        try {
            if (listener.open()) {
                chat.accept(this);
            }
            // Does nothing after an end; without one nobody would ever hear of this call again.
            listener.failed(noEnd());
        } catch (RuntimeException e) {
            onError(e);
        } finally {
            over.complete(null);
        }
    }

    @Override
    public void cancel() {
        listener.close();
        http.close();
    }

    @Override
    public void onPartialResponse(String delta) {
        listener.text(delta);
        stopReadingIfEnded();
    }

    @Override
    public void onPartialThinking(PartialThinking delta) {
        reasoningBytes += delta.text().getBytes(StandardCharsets.UTF_8).length;
        if (reasoningBytes > MAX_REASONING_BYTES) {
            listener.failed(ModelFailure.lasting(
                    FailureReason.ANSWER_TOO_LARGE,
                    "The model's reasoning grew beyond " + MAX_REASONING_BYTES + " bytes; ask for less, or set"
                            + " max-tokens for the model."));
        } else {
            listener.reasoning(delta.text());
        }
        stopReadingIfEnded();
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        FinishReason reason = FinishReasons.of(response);
        if (reason != null) {
            listener.completed(reason, usage(response.tokenUsage()));
        } else {
            listener.failed(noEnd());
        }
    }

    @Override
    public void onError(Throwable error) {
        listener.failed(outOfTime() && !FailureWords.refused(error) ? noEnd() : words.of(error, http));
        stopReadingIfEnded();
    }

    private boolean outOfTime() {
        return timedOut || http.silent();
    }

    private ModelFailure noEnd() {
        if (timedOut) {
            return words.timeout(http.answered());
        }
        return http.silent() ? words.silence(http.answered()) : words.cut();
    }

    // Only closes: the thread that reads then comes to an end of its own and tells it, so callbacks never overlap.
    private @Nullable Void giveUp() {
        timedOut = true;
        http.close();
        return null;
    }

    private void stopReadingIfEnded() {
        if (!listener.open()) {
            http.close();
        }
    }

    private static TokenUsage usage(dev.langchain4j.model.output.@Nullable TokenUsage usage) {
        return usage == null
                ? TokenUsage.NONE
                : new TokenUsage(count(usage.inputTokenCount()), count(usage.outputTokenCount()));
    }

    private static long count(@Nullable Integer tokens) {
        return tokens == null ? 0 : Math.max(0, tokens);
    }
}
