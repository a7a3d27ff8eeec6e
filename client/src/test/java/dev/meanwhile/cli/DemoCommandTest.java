package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.testing.MemoryService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DemoCommandTest {
    private final Captured shell = Captured.terminal();

    @TempDir
    private Path folder = Path.of("");

    /** Planted: a notification is told as soon as it comes; it then stands before "route: background". */
    @Test
    void theStoryIsToldInItsOrder() throws Exception {
        try (LoopbackServer server = LoopbackServer.of(new MemoryService().answering("an answer in pieces"));
                MeanwhileClient client = MeanwhileClient.connect(server.address(), "")) {
            new DemoStory(client, new Cli(shell.shell())).tell();
        }
        int at = -1;
        for (String step : new String[] {
            "trip to Lisbon",
            "route: background",
            "● notification 1",
            "4. You switch",
            "an answer in pieces",
            "digest checked",
            "ROUTING",
            "NOTIFY"
        }) {
            int next = shell.out().indexOf(step, at + 1);
            assertTrue(next > at, () -> step + " is missing or too early in:\n" + shell.out());
            at = next;
        }
        assertTrue(shell.out().contains(" s | pieces"), shell::out);
    }

    @Test
    void anAnswerThatIsNotWholeFailsIt() {
        try (LoopbackServer server = LoopbackServer.of(new MemoryService().failing());
                MeanwhileClient client = MeanwhileClient.connect(server.address(), "")) {
            DemoStory story = new DemoStory(client, new Cli(shell.shell()));
            assertTrue(said(story::tell).contains("did not end whole"));
        }
    }

    @Test
    void aServerThatEndsAtOnceIsSaid() throws Exception {
        Path launcher = launcher("exit 5");
        assertTrue(
                said(() -> play(launcher, Duration.ofSeconds(30))).contains("before it was ready, with exit code 5"));
    }

    @Test
    void aServerThatNeverIsReadyIsEndedAndItsFolderRemoved() throws Exception {
        Path launcher = launcher("echo $$ > " + folder + "/pid; echo \"$7\" > " + folder + "/data; exec sleep 600");
        assertTrue(said(() -> play(launcher, Duration.ofMillis(1_500))).contains("within"));
        long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
        assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false), "it still runs");
        String data = Files.readString(folder.resolve("data")).strip();
        assertTrue(data.contains("meanwhile-demo-"), data);
        assertFalse(Files.exists(Path.of(data)), "its folder is still there");
    }

    @Test
    void aLauncherThatIsNotThereIsSaid() {
        assertTrue(said(() -> play(folder.resolve("nothing"), Duration.ofSeconds(30)))
                .contains("could not be run"));
    }

    @Test
    void withoutTheLauncherItSaysHowToBeRun() {
        assertEquals(1, shell.run("demo"));
        assertTrue(shell.err().contains("bin/meanwhile demo"), shell::err);
    }

    private void play(Path launcher, Duration limit) throws InterruptedException {
        new DemoCommand(new Cli(shell.shell())).play(launcher, limit);
    }

    private Path launcher(String script) throws IOException {
        Path file = folder.resolve("launcher");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private static String said(org.junit.jupiter.api.function.Executable use) {
        return String.valueOf(assertThrows(UserError.class, use).getMessage());
    }
}
