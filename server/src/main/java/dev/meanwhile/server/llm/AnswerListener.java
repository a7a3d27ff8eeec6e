package dev.meanwhile.server.llm;

import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.TokenUsage;

/**
 * Takes an answer in. Never called by two threads at once; exactly one of {@link #completed} and {@link #failed} ends
 * it, unless the call was cancelled.
 */
public interface AnswerListener {

    /** The next piece of the answer, never empty. May block, which holds the model's stream and nothing else. */
    void text(String delta);

    /** The next piece of the model's thinking, never empty. May block like {@link #text}. */
    void reasoning(String delta);

    void completed(FinishReason reason, TokenUsage usage);

    void failed(ModelFailure failure);
}
