package dev.meanwhile.server.llm.langchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {
    private static final String SECRET = "sk-3c4f5a6b";

    @TempDir
    Path folder;

    @Test
    void readsAFileOfItsOwner() throws Exception {
        assertEquals(SECRET, ApiKey.fromFile(file("rw-------", SECRET + "\n")).secret());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx------"})
    void refusesAFileThatIsOpenToOthers(String mode) throws Exception {
        Path file = file(mode, SECRET);

        var refused = assertThrows(IllegalArgumentException.class, () -> ApiKey.fromFile(file));
        assertTrue(String.valueOf(refused.getMessage()).contains("chmod 600 " + file));
    }

    @Test
    void neverPrintsItself() {
        ApiKey key = ApiKey.fromEnvironment("KEY", name -> SECRET);
        EndpointConfig config = new EndpointConfig(
                "tiny",
                URI.create("http://127.0.0.1/v1"),
                key,
                "tiny",
                null,
                null,
                new EndpointConfig.Timeouts(
                        Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1)));

        assertFalse((key + " " + config).contains(SECRET));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two words", "line\r\nX-Forged: yes", "schlüssel"})
    void refusesWhatIsNoKeyWithoutRepeatingIt(String value) {
        var refused =
                assertThrows(IllegalArgumentException.class, () -> ApiKey.fromEnvironment("MY_KEY", name -> value));

        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("MY_KEY"), message);
        assertTrue(value.isBlank() || !message.contains(value), message);
    }

    @Test
    void namesTheVariableThatIsNotSet() {
        var refused =
                assertThrows(IllegalArgumentException.class, () -> ApiKey.fromEnvironment("MY_KEY", name -> null));

        assertTrue(String.valueOf(refused.getMessage()).contains("MY_KEY"));
    }

    private Path file(String mode, String content) throws Exception {
        Path file = Files.writeString(folder.resolve("key"), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
