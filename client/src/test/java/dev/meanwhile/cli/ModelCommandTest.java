package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that were made with one model, and a server that starts again with others. */
@Timeout(120)
final class ModelCommandTest {
    private static final String REPLACE = "bin/meanwhile models replace gone MODEL";

    /** Planted: closed sessions counted; the model not passed on; sessions of other models changed. Each found red. */
    @Test
    void sessionsOfAModelThatIsGoneAreToldAndGetAnother(@TempDir Path folder) throws Exception {
        try (ServerProcess server = ServerProcess.start(folder, "--model.gone.adapter=simulated")) {
            for (String name : new String[] {"one", "two", "three", "over"}) {
                run(server, Captured.pipe(""), "new", name);
            }
            run(server, Captured.pipe(""), "close", "over");
            assertFalse(sessions(server).contains("not configured"));
        }
        try (ServerProcess server = ServerProcess.start(
                folder,
                "--model.a.adapter=simulated",
                "--model.a.latency=0s",
                "--model.b.adapter=simulated",
                "--default-model=a")) {
            String said = sessions(server);
            assertTrue(said.contains("model gone of 3 open sessions is not configured"), said);
            assertTrue(said.contains("with: " + REPLACE), said);
            everybodySaysIt(server);

            Captured one = Captured.terminal();
            assertEquals(0, run(server, one, "model", "two", "b"));
            assertEquals("session 2 \"two\" has model b now, gone before\n", one.out());
            Captured rest = Captured.terminal();
            assertEquals(0, run(server, rest, "models", "replace", "gone", "a"));
            assertEquals("2 sessions changed to model a\n", rest.out());

            assertFalse(sessions(server).contains("not configured"));
            Captured table = Captured.pipe("");
            run(server, table, "sessions");
            for (String row : new String[] {"one .* a ", "two .* b ", "three .* a ", "over .* gone "}) {
                assertTrue(table.out().lines().anyMatch(line -> line.matches(".* " + row + ".*")), table::out);
            }
            assertEquals(0, run(server, Captured.pipe(""), "send", "--wait", "hello"));
        }
    }

    /** Planted: nothing said by any of them; not into a file; beside JSON; told of a closed session. Each found red. */
    private static void everybodySaysIt(ServerProcess server) throws Exception {
        Captured models = Captured.watchedPipe();
        run(server, models, "models");
        assertTrue(models.err().contains("model gone of 3 open sessions is not configured"), models::err);
        String here = "model gone of this session is not configured, so what is asked here fails;"
                + " give it another with: bin/meanwhile model 2 MODEL\n";
        for (String command : new String[] {"switch", "history"}) {
            for (Captured told : new Captured[] {Captured.watchedPipe(), Captured.pipe("")}) {
                assertEquals(0, run(server, told, command, "two"));
                assertTrue(told.err().endsWith(here), told::err);
            }
            Captured json = Captured.pipe("");
            assertEquals(0, run(server, json, "--json", command, "two"));
            assertEquals("", json.err());
        }
        run(server, Captured.pipe(""), "switch", "one");
        Captured sent = Captured.terminal();
        run(server, sent, "send", "-s", "two", "hello");
        assertTrue(sent.err().endsWith(here), sent::err);
        assertFalse(sent.err().contains("its answer waits there"), sent::err);
        Captured over = Captured.watchedPipe();
        run(server, over, "history", "over");
        assertFalse(over.err().contains("not configured"), over::err);
        Captured tail = Captured.watchedPipe();
        tail.environment.put("MEANWHILE_SERVER", server.address().toString());
        Thread following = Thread.ofPlatform().start(() -> tail.run("tail", "two"));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> tail.err().contains(here));
        following.interrupt();
        following.join();
    }

    private static String sessions(ServerProcess server) throws Exception {
        Captured shell = Captured.terminal();
        run(server, shell, "sessions");
        return shell.err();
    }

    private static int run(ServerProcess server, Captured shell, String... words) throws Exception {
        shell.environment.put("MEANWHILE_SERVER", server.address().toString());
        return shell.run(words);
    }
}
