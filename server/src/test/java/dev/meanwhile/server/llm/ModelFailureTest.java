package dev.meanwhile.server.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ModelFailureTest {

    @Test
    void messageIsCutToOneKibibyteBetweenCodePoints() {
        String message = ModelFailure.fault(FailureReason.INTERNAL, "x" + "😀".repeat(300))
                .message();

        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        assertTrue(bytes.length <= 1024 && bytes.length > 1016, "length " + bytes.length);
        assertEquals("x" + "😀".repeat(255) + "...", message);
    }

    @Test
    void messageOfExactlyOneKibibyteStays() {
        String message = "é".repeat(512);

        assertEquals(
                message, ModelFailure.fault(FailureReason.INTERNAL, message).message());
    }

    @Test
    void anOutageIsAlwaysRetryable() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new ModelFailure(FailureReason.PROVIDER_UNAVAILABLE, true, false, null, "down"));
    }
}
