package dev.meanwhile.server.llm;

/** A model that answers; called by the workers, from many threads at once. */
public interface LanguageModel {

    /**
     * Starts one answer and does not wait for it. The listener may be called before this returns. A model that can't
     * be called at all says so through {@link AnswerListener#failed}, not by an exception.
     */
    ModelCall start(Prompt prompt, AnswerListener listener);

    /** Whether the answer depends on {@link Prompt#history}; if not, callers may leave it out and save reading it. */
    default boolean readsHistory() {
        return true;
    }

    /** Tokens of its window that an answer may take, 0 if that is not known. */
    default int answerTokens() {
        return 0;
    }
}
