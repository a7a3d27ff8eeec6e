package dev.meanwhile.server;

import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.llm.AnswerListener;
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.server.llm.Prompt;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A model whose answers the test gives, piece by piece; a call stays open until the test ends it. */
final class ScriptedModel implements LanguageModel {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

    /** One call of the server's, answered by the test. */
    static final class Call implements ModelCall {
        private final Prompt prompt;
        private final AnswerListener listener;
        private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

        private Call(Prompt prompt, AnswerListener listener) {
            this.prompt = prompt;
            this.listener = listener;
        }

        Prompt prompt() {
            return prompt;
        }

        Call text(String piece) {
            listener.text(piece);
            return this;
        }

        Call reasoning(String piece) {
            listener.reasoning(piece);
            return this;
        }

        void complete() {
            listener.completed(FinishReason.STOP, new TokenUsage(1, 2));
        }

        void fail(ModelFailure failure) {
            listener.failed(failure);
        }

        /** Done when the server has closed the call, which it also does after an ordinary end. */
        CompletableFuture<Void> cancelled() {
            return cancelled;
        }

        @Override
        public void cancel() {
            cancelled.complete(null);
        }
    }

    @Override
    public ModelCall start(Prompt prompt, AnswerListener listener) {
        Call call = new Call(prompt, listener);
        calls.add(call);
        return call;
    }

    /** The next call, in the order they came. */
    Call next() throws InterruptedException {
        Call call = calls.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (call == null) {
            throw new AssertionError("the server did not call the model");
        }
        return call;
    }

    /** Calls that have come and were not taken. */
    int waiting() {
        return calls.size();
    }
}
