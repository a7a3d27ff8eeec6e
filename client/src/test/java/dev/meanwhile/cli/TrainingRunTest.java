package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An archive of classes that no command uses would be made just as quietly. */
final class TrainingRunTest {
    /** Seen red by an answer that lacks its session. */
    @Test
    void theCommandsGetAnswersTheyPrint() throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        TrainingRun.run(List.of(List.of("sessions"), List.of("send", "--wait", "text")), output);
        String printed = output.toString(StandardCharsets.UTF_8);
        assertTrue(printed.contains("one"), printed);
        assertTrue(printed.contains("text"), printed);
    }
}
