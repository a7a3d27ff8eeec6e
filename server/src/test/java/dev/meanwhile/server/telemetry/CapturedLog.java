package dev.meanwhile.server.telemetry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The real log, written into memory. */
public final class CapturedLog implements AutoCloseable {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public CapturedLog(LogFormat format) {
        Logging.install(format, Map.of(), out);
    }

    /** What was written since the start, as it is. */
    public List<String> raw() {
        assertTrue(Logging.flush(), "the log was not written in time");
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** Without the time in front. */
    public List<String> lines() {
        return raw().stream()
                .map(line -> {
                    assertTrue(line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z \\[[A-Z]+] .*"), line);
                    return line.substring(line.indexOf(' ') + 1);
                })
                .toList();
    }

    @Override
    public void close() {
        Logging.install(LogFormat.TEXT, Map.of());
    }
}
