package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.llm.LanguageModel;

/** A configured model together with what speaks to it. */
public record RunnableModel(ModelInfo info, LanguageModel language) {

    boolean simulated() {
        return info.adapter().equals("simulated");
    }

    /** Tokens of a prompt that it reads: its window without the room that the answer needs. */
    int window() {
        return language.readsHistory() ? info.window() - language.answerTokens() : 0;
    }
}
