package dev.meanwhile.server.llm.langchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderRefusalTest {
    private static final Instant NOW = Instant.parse("2026-11-06T08:49:30Z");

    @Test
    void readsSecondsAndDates() {
        assertEquals(Duration.ofSeconds(95), ProviderRefusal.retryAfter("95", NOW));
        assertEquals(Duration.ofSeconds(7), ProviderRefusal.retryAfter("Fri, 06 Nov 2026 08:49:37 GMT", NOW));
        assertEquals(Duration.ZERO, ProviderRefusal.retryAfter("Fri, 06 Nov 2026 08:49:00 GMT", NOW));
        // Planted: left out, so that who asks for a time in milliseconds is asked again at once.
        assertEquals(Duration.ofSeconds(999_999_999), ProviderRefusal.retryAfter("99999999999999999999", NOW));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "soon"})
    void ignoresAnythingElse(String value) {
        assertNull(ProviderRefusal.retryAfter(value, NOW));
    }
}
