package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as people run it, with the real server as a process of its own. */
final class DemoTest {
    /** The logging guide's "Full Successful Flow", with what differs from run to run left out. */
    private static final List<String> FLOW = List.of(
            "is inactive, routing to background",
            "[ROUTING] Submitting message to background queue (msg_len: 41)",
            "[QUEUE] Submitting message from session",
            "[QUEUE] Registered response channel for session",
            "[QUEUE] Enqueued message for session",
            "[ROUTING] Successfully submitted to background, returning to prompt",
            "[WORKER] Processing message from session",
            "[WORKER] Simulating LLM processing for session",
            "[WORKER] Sending response to session",
            "(sent 12 chunks)",
            "[NOTIFY] Background work complete for session",
            "[STORE] Stored background response for session",
            "[SPAWN] Starting session",
            "[SPAWN] Checking for notifications for session",
            "[SPAWN] Found notification for session",
            "[RETRIEVE] Retrieved 1 background responses for session",
            "[SPAWN] Displaying response 1");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void theWholeDemoComesToItsEndAndTheLogTellsTheGuidesFlow() throws Exception {
        Path log = folder.resolve("server.log");
        Path launcher = folder.resolve("launcher");
        Files.writeString(
                launcher, """
                #!/bin/sh
                shift
                exec '%s/bin/java' --enable-native-access=ALL-UNNAMED -cp '%s' dev.meanwhile.server.Main "$@" 2>'%s'
                """.formatted(System.getProperty("java.home"), System.getProperty("java.class.path"), log));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));

        Captured shell = Captured.terminal();
        int exitCode = new DemoCommand(new Cli(shell.shell())).play(launcher, Duration.ofSeconds(60));

        assertEquals(0, exitCode, shell::err);
        assertTrue(shell.out().contains("That was all of it."), shell::out);
        List<String> lines = Files.readAllLines(log);
        int at = 0;
        for (String step : FLOW) {
            while (at < lines.size() && !lines.get(at).contains(step)) {
                at++;
            }
            assertTrue(at < lines.size(), () -> step + " is missing or too early in:\n" + String.join("\n", lines));
        }
    }
}
