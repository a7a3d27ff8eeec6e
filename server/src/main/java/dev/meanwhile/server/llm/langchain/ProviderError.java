package dev.meanwhile.server.llm.langchain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/**
 * What a provider says went wrong, in the forms in use: {@code {"error": {"message", "type", "code"}}},
 * {@code {"error": "words"}} and {@code {"object": "error", "message", "type", "code"}}.
 *
 * @param message in the provider's words, not checked for the key
 * @param kind its type and code, empty if it gave none
 */
record ProviderError(String message, String kind) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The error in a JSON object; null if there is none. */
    static @Nullable ProviderError in(String json) {
        // Parsed only where it can matter: every piece of every answer comes through here.
        if (!json.contains("\"error\"")) {
            return null;
        }
        try {
            JsonNode root = JSON.readTree(json);
            JsonNode error = root.path("object").asText().equals("error") ? root : root.path("error");
            if (error.isTextual()) { // some fill every field, with nothing
                return error.asText().isBlank() ? null : new ProviderError(error.asText(), "");
            }
            return error.isObject() && !error.isEmpty()
                    ? new ProviderError(
                            error.path("message").asText(error.toString()),
                            (error.path("type").asText("") + " "
                                            + error.path("code").asText(""))
                                    .strip())
                    : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** The provider turns calls away, whoever's they are. */
    boolean isTooMany() {
        return kind.contains("429") || kind.contains("rate_limit") || kind.contains("insufficient_quota");
    }

    /** The provider can serve nobody now. */
    boolean isOverloaded() {
        return kind.contains("503") || kind.contains("529") || kind.contains("overloaded");
    }

    /** The same request would be refused again. */
    boolean isRefusal() {
        return kind.matches(".*\\b(400|401|403|404|413|422)\\b.*")
                || kind.matches(".*(invalid_request|BadRequest|authentication|permission|not_found|too_large"
                        + "|context_length_exceeded).*");
    }
}
