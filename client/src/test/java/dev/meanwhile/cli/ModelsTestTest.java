package dev.meanwhile.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpExchange;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.SubmitMessageResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The models of a real server, in a process of its own, with a provider over real HTTP. Planted: the second
 * attempt that fails is told and not the first; nothing is done on an interrupt.
 */
@Timeout(120)
final class ModelsTestTest {
    @TempDir
    private static Path folder = Path.of("");

    private static Endpoint provider;
    private static Process server;
    private static String address = "";

    @BeforeAll
    static void start() throws Exception {
        provider = new Endpoint();
        provider.at("/good/chat/completions", ModelsTestTest::answer)
                .at("/key/chat/completions", 401, "text/plain", "no")
                .at("/out/chat/completions", 503, "text/plain", "loading the weights")
                .at("/slow/chat/completions", exchange -> provider.hang());
        List<String> command = new ArrayList<>(List.of(
                java(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.meanwhile.server.Main",
                "--grpc=127.0.0.1:0",
                "--http=off",
                "--data=" + folder.resolve("data"),
                "--default-model=plain",
                "--model.plain.chunk-delay=1ms"));
        for (String model : List.of("good", "key", "out", "slow")) {
            command.add("--model." + model + ".adapter=openai");
            command.add("--model." + model + ".url=" + provider.url() + "/" + model);
        }
        server = new ProcessBuilder(command)
                .redirectError(folder.resolve("server.log").toFile())
                .start();
        BufferedReader lines = server.inputReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null && address.isEmpty(); line = lines.readLine()) {
            address = line.contains("listening on ") ? line.replaceAll(".*listening on ", "") : "";
        }
    }

    @AfterAll
    static void stop() throws Exception {
        server.destroyForcibly().waitFor();
        provider.close();
    }

    @AfterEach
    void noSessionIsLeft() {
        await().atMost(Duration.ofSeconds(20)) // the log is written a little later
                .until(() -> lines("Created session models-test") == lines("Deleted session models-test"));
    }

    @Test
    void modelsAreATableWithTheDefault() throws Exception {
        Captured shell = Captured.pipe("");
        assertEquals(0, run(shell, "models"), shell::err);
        List<String> lines = shell.out().lines().toList();
        assertTrue(lines.getFirst().matches("NAME +ADAPTER +WINDOW +WORKERS +STATE"), shell::out);
        String known = " {8}(not tried yet|answered [0-9]+d ago)"; // the other tests run before or after
        assertTrue(lines.stream().anyMatch(l -> l.matches("good   openai     8192 tokens  8" + known)), shell::out);
        assertTrue(
                lines.stream().anyMatch(l -> l.matches("plain  simulated  8192 tokens  8" + known + ", the default")),
                shell::out);

        Captured json = Captured.pipe("");
        assertEquals(0, run(json, "--json", "models"));
        ListModelsResponse.Builder models = ListModelsResponse.newBuilder();
        JsonFormat.parser().merge(json.out(), models);
        assertEquals(
                List.of("good", "key", "out", "plain", "slow"),
                models.getModelsList().stream().map(Model::getName).toList());
    }

    @Test
    void aModelThatAnswersIsMeasured() {
        Captured shell = Captured.terminal();
        assertEquals(0, run(shell, "models", "test", "good"), shell::err);
        assertTrue(
                shell.out()
                        .matches("model good works: first token after [0-9.]+ m?s(, [0-9.]+ tokens/s)?, 5 tokens:"
                                + " \"Good day\\.\"\n"),
                shell::out);

        Captured plain = Captured.pipe("");
        assertEquals(0, run(plain, "models", "test", "plain"), plain::err);
        assertTrue(
                plain.out().matches("model plain works: first token after .*/s, [0-9]+ (chunk|token)s: \".*\"\n"),
                plain::out);
    }

    /** Planted: a workspace for each test, which stays in the database for good. */
    @Test
    void allTestsShareAWorkspaceAndLeaveNothingInIt() throws Exception {
        assertEquals(0, run(Captured.pipe(""), "models", "test", "good"));
        assertEquals(0, run(Captured.pipe(""), "models", "test", "good"));
        Captured made = Captured.pipe("");
        assertEquals(0, run(made, "--workspace", "models-test", "--json", "new", "after", "--id", "after"));
        assertTrue(made.out().matches("(?s).*\"number\":([3-9]|[1-9][0-9]).*"), made::out);
        Captured list = Captured.pipe("");
        run(list, "--workspace", "models-test", "delete", "after", "--yes");
        assertEquals(0, run(list, "--workspace", "models-test", "--json", "sessions"));
        assertFalse(list.out().contains("\"sessionId\":\"models-test-"), list::out);
        run(Captured.pipe(""), "pause");
        try {
            Captured paused = Captured.pipe("");
            assertEquals(1, run(paused, "models", "test", "good"));
            assertTrue(paused.err().contains("the workers are paused, so nothing is started"), paused::err);
        } finally {
            run(Captured.pipe(""), "resume");
        }
    }

    @Test
    void aRefusalIsToldInTheServersWords() {
        Captured shell = Captured.pipe("");
        assertEquals(1, run(shell, "models", "test", "key"));
        assertTrue(shell.err().startsWith("model key does not work: provider rejected. The provider at"), shell::err);
        assertTrue(shell.err().contains("HTTP 401"), shell::err);
        assertEquals("", shell.out());
    }

    /** The server goes on for a quarter of an hour. */
    @Test
    void anOutageIsToldAtTheFirstAttempt() throws Exception {
        Captured shell = Captured.pipe("");
        assertEquals(1, run(shell, "--json", "models", "test", "out"));
        assertTrue(shell.err().contains("model out does not work: provider unavailable."), shell::err);
        assertTrue(shell.err().contains("HTTP 503"), shell::err);
        List<String> lines = shell.out().lines().toList();
        JsonFormat.parser().merge(lines.getFirst(), SubmitMessageResponse.newBuilder());
        ExplainMessageResponse.Builder life = ExplainMessageResponse.newBuilder();
        JsonFormat.parser().merge(lines.getLast(), life);
        assertEquals(1, life.getWorker().getAttemptsCount());
    }

    @Test
    void theWaitIsBounded() {
        Captured shell = Captured.pipe("");
        assertEquals(1, run(shell, "models", "test", "slow", "--timeout", "1"));
        assertTrue(shell.err().contains("no whole answer within 1.0 s; the model was still answering"), shell::err);
        assertEquals(2, run(Captured.pipe(""), "models", "test", "slow", "--timeout", "0"));
    }

    @Test
    void aNameIsLookedFor() {
        Captured near = Captured.pipe("");
        assertEquals(1, run(near, "models", "test", "god"));
        assertEquals("meanwhile: no model \"god\"; did you mean good?\n", near.err());
        Captured far = Captured.pipe("");
        assertEquals(1, run(far, "models", "test", "nothing-like"));
        assertTrue(far.err().contains("there are: good, key, out, plain, slow"), far::err);
    }

    @Test
    void anInterruptLeavesNoSession() throws Exception {
        long before = lines("Created session models-test");
        Process command = new ProcessBuilder(
                        java(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.meanwhile.cli.Main",
                        "--server=" + address,
                        "models",
                        "test",
                        "slow")
                .redirectErrorStream(true)
                .start();
        await().atMost(Duration.ofSeconds(40)).until(() -> lines("Created session models-test") > before);

        command.toHandle().destroy(); // SIGTERM, which ends it as Ctrl-C does

        String said = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals("the test was ended; nothing is known of model slow\n", said);
        command.waitFor();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        for (String event : List.of(
                "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Good \"}}]}",
                "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\u001b[31mday.\"}}]}",
                "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5}}",
                "[DONE]")) {
            exchange.getResponseBody().write(("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static long lines(String words) throws IOException {
        try (var lines = Files.lines(folder.resolve("server.log"))) {
            return lines.filter(line -> line.contains(words)).count();
        }
    }

    private static int run(Captured shell, String... args) {
        shell.environment.put("MEANWHILE_SERVER", address);
        return shell.run(args);
    }
}
