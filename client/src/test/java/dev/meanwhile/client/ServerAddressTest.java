package dev.meanwhile.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerAddressTest {
    @Test
    void readsHostAndPort() {
        assertEquals(new ServerAddress("127.0.0.1", 7420), ServerAddress.parse("127.0.0.1:7420"));
        assertEquals(new ServerAddress("::1", 7420), ServerAddress.parse("[::1]:7420"));
        assertEquals("[::1]:7420", ServerAddress.parse("[::1]:7420").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "localhost", ":7420", "localhost:", "localhost:0", "localhost:65536", "http://a:1", "::1:7"})
    void refusesWhatIsNone(String text) {
        assertThrows(IllegalArgumentException.class, () -> ServerAddress.parse(text));
    }
}
