package dev.meanwhile.server.llm.langchain;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a provider is called.
 *
 * @param name of the model here, so that a failure can name the setting to check
 * @param baseUrl what stands before {@code /chat/completions} or {@code /messages}, such as
 *     {@code http://127.0.0.1:8000/v1}
 * @param key null for a provider that wants none
 * @param model its name at the provider
 * @param maxTokens of one answer, null = the provider's default; Anthropic has none
 * @param temperature 0 to 2, null = the provider's default
 */
public record EndpointConfig(
        String name,
        URI baseUrl,
        @Nullable ApiKey key,
        String model,
        @Nullable Integer maxTokens,
        @Nullable Double temperature,
        Timeouts timeouts) {

    /**
     * How long a provider is waited for.
     *
     * @param connect for the connection alone
     * @param firstByte for the header, and from there for the first byte
     * @param idle for the next byte of an answer
     * @param total for the whole answer, from the call to its last byte
     */
    public record Timeouts(Duration connect, Duration firstByte, Duration idle, Duration total) {
        public Timeouts {
            if (!connect.isPositive() || !firstByte.isPositive() || !idle.isPositive() || !total.isPositive()) {
                throw new IllegalArgumentException("timeouts must be positive");
            }
        }
    }

    public EndpointConfig {
        String scheme = baseUrl.getScheme();
        if (!("http".equals(scheme) || "https".equals(scheme)) || baseUrl.getHost() == null) {
            throw new IllegalArgumentException("url must be http://host... or https://host...");
        }
        // Would end up in error messages; a key has a place of its own.
        if (baseUrl.getUserInfo() != null || baseUrl.getQuery() != null || baseUrl.getFragment() != null) {
            throw new IllegalArgumentException("url must have no user, query or fragment");
        }
        if (model.isBlank()) {
            throw new IllegalArgumentException("the model's name at the provider is empty");
        }
        if (maxTokens != null && maxTokens < 1) {
            throw new IllegalArgumentException("max-tokens is " + maxTokens + "; it must be at least 1");
        }
        if (temperature != null && !(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("temperature is " + temperature + "; it must be 0 to 2");
        }
    }

    /** Host and port, for messages. */
    String authority() {
        return baseUrl.getAuthority();
    }

    /** A setting of this model as its configuration calls it. */
    String setting(String suffix) {
        return "model." + name + "." + suffix;
    }
}
