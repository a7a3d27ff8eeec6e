package dev.meanwhile.server.llm.langchain;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.meanwhile.server.llm.Prompt;
import java.util.ArrayList;
import java.util.List;

/** Puts a prompt into the SDK's words. */
final class ChatMessages {
    private ChatMessages() {}

    static List<ChatMessage> of(Prompt prompt) {
        List<ChatMessage> messages = new ArrayList<>();
        String instruction = prompt.systemInstruction();
        if (instruction != null && !instruction.isBlank()) {
            messages.add(SystemMessage.from(instruction));
        }
        for (Prompt.Turn turn : prompt.history()) {
            messages.add(UserMessage.from(turn.user()));
            // Cancelled before its first word; providers refuse an empty answer.
            if (!turn.assistant().isEmpty()) {
                messages.add(AiMessage.from(turn.assistant()));
            }
        }
        messages.add(UserMessage.from(prompt.text()));
        return messages;
    }
}
