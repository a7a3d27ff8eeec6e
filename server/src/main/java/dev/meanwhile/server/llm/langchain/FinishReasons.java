package dev.meanwhile.server.llm.langchain;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.meanwhile.server.domain.FinishReason;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads why the model stopped. */
final class FinishReasons {
    // Inside a string of the answer the quotes would be escaped, so this is always the field.
    private static final Pattern ANY = Pattern.compile("\"finish_reason\"\\s*:\\s*\"[^\"]");

    private FinishReasons() {}

    /** Null if the provider gave none: then nothing says that the answer is complete. */
    static @Nullable FinishReason of(ChatResponse response) {
        var reason = response.finishReason();
        if (reason == null) {
            return hasUnknown(response) ? FinishReason.OTHER : null;
        }
        return switch (reason) {
            case STOP -> FinishReason.STOP;
            case LENGTH -> FinishReason.LENGTH;
            case CONTENT_FILTER -> FinishReason.CONTENT_FILTER;
            case TOOL_EXECUTION, OTHER -> FinishReason.OTHER;
        };
    }

    // The SDK drops a reason that it has no name for, as if there had been none.
    private static boolean hasUnknown(ChatResponse response) {
        return response.metadata() instanceof OpenAiChatResponseMetadata metadata
                && metadata.rawServerSentEvents().stream()
                        .anyMatch(event -> ANY.matcher(event.data()).find());
    }
}
