package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What each command says of a session whose model is held: a message between attempts, and another behind it. */
@Timeout(120)
final class HeldModelTest {
    private static final String HOLD =
            "model down does not answer (provider unavailable, 1 in a row), so nothing is started on it; next try ";

    @TempDir
    private static Path folder = Path.of("");

    private static ServerProcess server;
    private static String first = "";

    @BeforeAll
    static void hold() throws Exception {
        server = ServerProcess.start(
                folder,
                "--model.fast.adapter=simulated",
                "--model.slow.adapter=simulated",
                "--model.slow.latency=10m",
                "--model.down.adapter=openai",
                "--model.down.url=http://127.0.0.1:9/v1",
                "--default-model=fast",
                "--retry-delay=1m",
                "--log-level.WORKER=ERROR");
        run(Captured.pipe(""), "new", "front");
        run(Captured.pipe(""), "new", "back", "--model", "down");
        Captured send = Captured.pipe("");
        run(send, "send", "-s", "2", "hello");
        first = send.out().strip();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> terminal("explain", first).out().contains("between attempts"));
        run(Captured.pipe(""), "send", "-s", "2", "and");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    /** Planted: nothing said of what is in front; its hold left out. Each found red. */
    @Test
    void explainOfTheNewestNamesWhatIsInFrontAndItsHold() throws Exception {
        String life = terminal("explain", "-s", "2").out();
        assertTrue(life.contains("now 1 message before it in its session\n"), life);
        assertTrue(life.contains("QUEUE    in front is " + first + ": waits for attempt 2; " + HOLD), life);
    }

    /** Planted: "more is on its way" whatever holds it; nothing of it into a file. Each found red. */
    @Test
    void switchAndHistorySayWhyNothingComes() throws Exception {
        for (String command : new String[] {"switch", "history"}) {
            Captured files = Captured.pipe("");
            run(files, command, "2");
            assertTrue(files.err().startsWith("the next answer waits: attempt 1 failed: "), files::err);
            assertEquals(1, files.err().lines().count(), files::err);
            String said = terminal(command, "2").err();
            assertTrue(said.contains("the next answer waits: attempt 1 failed: The provider at 127.0.0.1:"), said);
            assertTrue(said.contains("; " + HOLD), said);
            assertTrue(said.endsWith("; follow it with: bin/meanwhile tail 2\n"), said);
            assertEquals(1, said.split("next try", -1).length - 1, said);
            assertFalse(said.contains("on its way"), said);
        }
    }

    /** Planted: only that its answer waits there; nothing into a file. Each found red. */
    @Test
    void aSendToTheBackgroundSaysThatItHasToWait() throws Exception {
        run(Captured.pipe(""), "new", "third", "--model", "down");
        String said = terminal("send", "-s", "third", "hello").err();
        Captured files = Captured.pipe("");
        run(files, "send", "-s", "third", "and");
        assertTrue(files.err().startsWith("it has to wait: queued behind 1 message of its session; "), files::err);
        assertTrue(files.err().contains("; " + HOLD), files::err);
        assertEquals(1, files.err().lines().count(), files::err);
        run(Captured.pipe(""), "delete", "third", "--yes"); // the others count what waits
        assertTrue(said.contains("\nit has to wait: queued, number 1 in lane LOW of model down; " + HOLD), said);
    }

    /** Planted: the newest message at the top. */
    @Test
    void historyShowsTheNewestAtTheBottom() throws Exception {
        String history = terminal("history", "2").out();
        int hello = history.indexOf("> hello\n");
        assertTrue(
                history.indexOf("running, between attempts\n") < hello && hello < history.indexOf("> and\n"), history);
    }

    /** Planted: nothing of it at the start of a watch; nothing for a pipe whose stderr is seen. Each found red. */
    @Test
    void aWatchBeginsWithWhyNothingComes() throws Exception {
        Captured watcher = Captured.watchedPipe();
        watcher.environment.put("MEANWHILE_SERVER", server.address().toString());
        run(Captured.pipe(""), "pause");
        try {
            Thread watching = Thread.ofPlatform().start(() -> watcher.run("watch"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> watcher.err().contains("the workers are paused, so nothing is started;"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> watcher.err().contains(HOLD));
            watching.interrupt();
            watching.join();
        } finally {
            run(Captured.pipe(""), "resume");
        }
    }

    /** Planted: every held model told, used or not; found red. */
    @Test
    void sessionsNameTheHeldModelThatIsWaitedFor() throws Exception {
        Captured sessions = terminal("sessions");
        assertTrue(sessions.out().contains("  background, between attempts, 1 queued  "), sessions::out);
        String said = sessions.err();
        assertTrue(said.startsWith(HOLD), said);
        assertEquals(1, said.lines().count(), said);
        Captured files = Captured.pipe("");
        run(files, "sessions");
        assertTrue(files.err().startsWith(HOLD), files::err);
        assertEquals("", terminal("--json", "sessions").err());
        terminal("--workspace", "other", "new", "elsewhere", "--model", "slow");
        run(Captured.pipe(""), "--workspace", "other", "send", "hello");
        Captured other = terminal("--workspace", "other", "sessions");
        assertTrue(other.out().contains("active, answering") || other.out().contains("1 queued"), other::out);
        assertFalse(other.err().contains("down"), other::err);
    }

    /** Planted: a held model that "serves"; one never asked that does. Each found red. */
    @Test
    void modelsSayWhatIsKnownOfThem() throws Exception {
        String models = terminal("models").out();
        assertTrue(
                models.lines()
                        .anyMatch(l -> l.matches("down .* held, .*\\(provider unavailable, 1 failure in a row\\)")),
                models);
        assertTrue(models.lines().anyMatch(l -> l.matches("fast .*  not tried yet, the default")), models);
    }

    /** Planted: what has started and not ended counted as running. */
    @Test
    void statsTellWhatRunsFromWhatIsBetweenAttempts() throws Exception {
        String stats = terminal("stats").out();
        assertTrue(stats.lines().anyMatch(l -> l.matches("down +LOW +[01] +0 +0 +1 +- .*")), stats);
        assertTrue(stats.contains("RUNNING OR BETWEEN ATTEMPTS"), stats);
    }

    /** Planted: nothing said of the hold; found red. */
    @Test
    void aTestOfAHeldModelSaysForWhatItWaits() throws Exception {
        Captured test = terminal("models", "test", "down", "--timeout", "1");
        assertTrue(test.err().startsWith(HOLD), test::err);
        assertTrue(
                test.err().contains("; waiting for that\nmodel down does not work: no whole answer within 1.0 s"),
                test::err);
    }

    private static Captured terminal(String... args) throws Exception {
        Captured shell = Captured.terminal();
        run(shell, args);
        return shell;
    }

    private static void run(Captured shell, String... args) throws Exception {
        shell.environment.put("MEANWHILE_SERVER", server.address().toString());
        shell.run(args);
    }
}
