package dev.meanwhile.server.llm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model is asked.
 *
 * @param history the conversation so far, oldest first, already cut to the model's window
 * @param text what the user wants answered now
 */
public record Prompt(@Nullable String systemInstruction, List<Turn> history, String text) {
    public Prompt {
        history = List.copyOf(history);
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a prompt without text");
        }
    }

    /** What the user said and what was answered, as far as it came; the answer may be empty. */
    public record Turn(String user, String assistant) {}
}
