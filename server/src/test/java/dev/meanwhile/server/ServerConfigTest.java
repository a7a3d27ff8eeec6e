package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.config.ConfigException;
import dev.meanwhile.server.config.ModelConfig;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.telemetry.LogFormat;
import dev.meanwhile.server.telemetry.LogLevel;
import dev.meanwhile.server.telemetry.Logging;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerConfigTest {
    private static final Map<String, String> NOTHING = Map.of("HOME", "/home/u");

    @TempDir
    Path folder;

    private static ServerConfig flags(String... args) {
        return ServerConfig.read(Arrays.asList(args), NOTHING);
    }

    private static String refusal(String... args) {
        return assertThrows(ConfigException.class, () -> flags(args)).getMessage();
    }

    private Path file(String... lines) throws IOException {
        return Files.write(folder.resolve("meanwhile.properties"), List.of(lines));
    }

    @Test
    void withoutAnythingTheDocumentedDefaultsHold() {
        ServerConfig config = flags();
        assertEquals(new InetSocketAddress("127.0.0.1", 7420), config.grpc().address());
        assertEquals("127.0.0.1:7421", config.http().orElseThrow().toString());
        assertEquals(Path.of("/home/u/.local/share/meanwhile"), config.store().dataFolder());
        assertEquals(4_096, config.store().writerQueue());
        assertEquals(256, config.store().writerBatch());
        assertTrue(config.store().readers() >= 2);
        assertEquals(100_000, config.queue().capacity());
        assertEquals(20_000, config.queue().workspaceCapacity());
        assertEquals(10, config.queue().highPerLow());
        assertEquals(320 * 1024, config.grpc().requestBytes());
        assertEquals(8 * 1024, config.grpc().metadataBytes());
        assertEquals(64 << 20, config.grpc().partialRequestBytes());
        assertEquals(256, config.grpc().callsPerConnection());
        assertEquals(2_000, config.grpc().rstFrames());
        assertEquals(Duration.ofMinutes(5), config.grpc().connectionIdle());
        assertEquals(Duration.ofSeconds(15), config.grpc().heartbeat());
        assertEquals(Duration.ofMinutes(15), config.worker().retryFor());
        assertEquals(Duration.ofSeconds(20), config.drain());
        assertEquals(Duration.ofMinutes(10), config.provider().total());
        assertEquals(LogFormat.TEXT, config.log().format());
        assertEquals(LogLevel.INFO, config.log().levels().get("WORKER"));
        assertEquals(
                List.of(new ModelConfig(
                        new ModelInfo("simulated", true, "simulated", 8_192, 8, 2),
                        new ModelConfig.Simulated(12, Duration.ofMillis(300), Duration.ofMillis(30), 0))),
                config.models());
    }

    /** Red if only the second bind finds it, which blames another process. */
    @Test
    void gRpcAndHttpNeedAPortEach() {
        ConfigException refused =
                assertThrows(ConfigException.class, () -> flags("--grpc=127.0.0.1:7600", "--http=127.0.0.1:7600"));
        assertEquals(
                "http = '127.0.0.1:7600' (from flag --http): that is where gRPC listens (grpc); each needs a port of its"
                        + " own",
                refused.getMessage());
        assertEquals(
                "127.0.0.1:0",
                flags("--grpc=127.0.0.1:0", "--http=127.0.0.1:0")
                        .http()
                        .orElseThrow()
                        .toString());
    }

    @Test
    void aFlagWinsOverTheEnvironmentAndThatOverTheFile() throws IOException {
        String file = file("queue-capacity=1", "writer-queue=1000", "high-per-low = 3", "http=off")
                .toString();
        Map<String, String> environment =
                Map.of("MEANWHILE_QUEUE_CAPACITY", "2", "MEANWHILE_WRITER_QUEUE", "2000", "MEANWHILE_CONFIG", file);
        ServerConfig config = ServerConfig.read(List.of("--queue-capacity", "3"), environment);
        assertEquals(3, config.queue().capacity());
        assertEquals(2_000, config.store().writerQueue());
        assertEquals(3, config.queue().highPerLow());
        assertEquals(Optional.empty(), config.http());
        assertEquals(
                4, flags("--queue-capacity=5", "--queue-capacity=4").queue().capacity());
    }

    @Test
    void theDataFolderFollowsXdg() {
        Map<String, String> absolute = Map.of("XDG_DATA_HOME", "/x", "HOME", "/h");
        assertEquals(
                Path.of("/x/meanwhile"),
                ServerConfig.read(List.of(), absolute).store().dataFolder());
        Map<String, String> relative = Map.of("XDG_DATA_HOME", "x", "HOME", "/h");
        assertEquals(
                Path.of("/h/.local/share/meanwhile"),
                ServerConfig.read(List.of(), relative).store().dataFolder());
        assertTrue(refusal("--data", "~/x").contains("~ is not expanded"));
    }

    @Test
    void refusalsNameKeyOriginValueAndWhatIsAllowed() throws IOException {
        assertEquals(
                "workers = '0' (from flag --workers): expected a whole number from 1 to 1024",
                refusal("--workers", "0"));
        assertEquals(
                "call-timeout = '30' (from environment variable MEANWHILE_CALL_TIMEOUT): expected a duration from"
                        + " 100ms to 10m, in ms, s, m or h",
                assertThrows(
                                ConfigException.class,
                                () -> ServerConfig.read(List.of(), Map.of("MEANWHILE_CALL_TIMEOUT", "30")))
                        .getMessage());
        assertEquals("retry-delay-max = 60s (default): must be at least retry-delay (2m)", refusal("--retry-delay=2m"));
        assertEquals(
                "retry-delay-max = '400ms' (from flag --retry-delay-max): must be at least retry-delay (1s)",
                refusal("--retry-delay-max=400ms"));
        Path file = file("# first", "workers=\\", "  8", "request-bytes=1GB");
        assertEquals(
                "request-bytes = '1GB' (from " + file + ":4): expected a size from 300KiB to 4MiB, in B, KiB or MiB",
                refusal("--config", file.toString()));
    }

    @Test
    void unknownKeysAreRefusedWithTheNearestOne() throws IOException {
        assertEquals("--wrokers is not a setting; did you mean --workers?", refusal("--wrokers=3"));
        assertEquals("--xyzzyx is not a setting", refusal("--xyzzyx=3"));
        assertEquals(
                "--model.gpt-4.1.adaptor is not a setting; did you mean --model.gpt-4.1.adapter?",
                refusal("--model.gpt-4.1.adaptor", "openai"));
        assertEquals(
                "--log-level.WORKERS is not a setting; did you mean --log-level.WORKER?",
                refusal("--log-level.WORKERS=debug"));
        Path file = file("", "# comment \\", "hartbeat=1s");
        assertEquals(
                file + ":3: hartbeat is not a setting; did you mean heartbeat?", refusal("--config", file.toString()));
        assertTrue(refusal("--workers").contains("needs a value"));
        assertTrue(refusal("--workers", "--http=off").contains("needs a value"));
        assertTrue(refusal("serve").contains("unexpected argument 'serve'"));
    }

    /** Once they came one at a time, one start each. Planted: only values that are asked for; the value of --port told too. */
    @Test
    void allMistakesAreToldAtOnce() throws IOException {
        Path file = file("hartbeat=1s", "drain=soon", "workers=3", "workers=4", "model.m.chunks=0");
        assertEquals(
                """
                12 mistakes in the settings:
                  --port is not a setting; did you mean --grpc (HOST:PORT)?
                  unexpected argument 'serve': settings are flags, --key value or --key=value; --help lists them
                  --http needs a value: expected HOST:PORT or off
                  FILE:1: hartbeat is not a setting; did you mean heartbeat?
                  FILE:4: workers is already set at FILE:3
                  readers = '1' (from flag --readers): expected a whole number from 2 to 256
                  retry-delay = 'x' (from flag --retry-delay): expected a duration from 1ms to 1h, in ms, s, m or h
                  call-timeout = '30' (from environment variable MEANWHILE_CALL_TIMEOUT): expected a duration from 100ms to 10m, in ms, s, m or h
                  drain = 'soon' (from FILE:2): expected a duration from 0 to 10m, in ms, s, m or h
                  model.m.chunks = '0' (from FILE:5): expected a whole number from 1 to 1000000
                  default-model = 'n' (from flag --default-model): expected one of the models: m
                  writer-batch = '9' (from flag --writer-batch): must be at most writer-queue (8)\
                """,
                assertThrows(
                                ConfigException.class,
                                () -> ServerConfig.read(
                                        List.of(
                                                "--port",
                                                "7500",
                                                "--readers=1",
                                                "serve",
                                                "--default-model=n",
                                                "--writer-batch=9",
                                                "--writer-queue=8",
                                                "--retry-delay=x",
                                                "--retry-delay-max=1ms",
                                                "--config=" + file,
                                                "--http"),
                                        Map.of("MEANWHILE_CALL_TIMEOUT", "30")))
                        .getMessage()
                        .replace(file.toString(), "FILE"));
        String[] many = IntStream.range(0, 25).mapToObj(i -> "--no" + i).toArray(String[]::new);
        String told = refusal(many);
        assertTrue(told.startsWith("25 mistakes in the settings:\n  --no0 is"), told);
        assertTrue(told.endsWith("\n  --no19 is not a setting\n  and 5 more"), told);
    }

    /** Seen red, each: told beside the mistake that it follows from. */
    @Test
    void whatFollowsFromAMistakeIsNotTold() throws IOException {
        assertEquals(
                "--insecur is not a setting; did you mean --insecure?", refusal("--insecur", "--grpc=0.0.0.0:7420"));
        assertEquals(
                "--defualt-model is not a setting; did you mean --default-model?",
                refusal("--defualt-model=a", "--model.a.chunks=1", "--model.b.chunks=1"));
        Path file = file("workers=2", "workers=9", "reserved-for-active=5");
        assertEquals(file + ":2: workers is already set at " + file + ":1", refusal("--config", file.toString()));
    }

    /** Seen red: left out, though a flag says what holds; the default told where a model's name was forgotten. */
    @Test
    void whatAFlagSaysIsClearWhateverTheFileSays() throws IOException {
        Path file = file("workers=3", "workers=4", "grcp=1");
        String told =
                refusal("--config", file.toString(), "--workers=2", "--reserved-for-active=5", "--grpc=0.0.0.0:7420");
        assertTrue(told.startsWith("4 mistakes "), told);
        assertTrue(told.contains("\n  reserved-for-active = '5' "), told);
        assertTrue(told.contains("\n  grpc = '0.0.0.0:7420' "), told);
        assertEquals(1, refusal("--model.chunks=1", "--default-model=x").lines().count());
    }

    /** Seen red: only the first line told; the value of a key that is given twice not told. */
    @Test
    void aKeyThatIsWrongOnTwoLinesIsToldWithBoth() throws IOException {
        Path file = file("hartbeat=1s", "hartbeat=2s", "drain=soon", "drain=1s", "drain=2s");
        assertEquals("""
                5 mistakes in the settings:
                  FILE:1: hartbeat is not a setting; did you mean heartbeat?
                  FILE:2: hartbeat is not a setting; did you mean heartbeat?
                  FILE:4: drain is already set at FILE:3
                  FILE:5: drain is already set at FILE:3
                  drain = 'soon' (from FILE:3): expected a duration from 0 to 10m, in ms, s, m or h\
                """, refusal("--config", file.toString()).replace(file.toString(), "FILE"));
    }

    /** Seen red without the list. */
    @Test
    void anUnknownComponentIsAnsweredWithThoseThereAre() {
        assertEquals(
                "--log-level.FOO is not a setting; the components are " + String.join(", ", Logging.components()),
                refusal("--log-level.FOO=debug"));
        assertEquals(
                List.of(
                        "Ignored environment variable MEANWHILE_LOG_LEVEL_FOO: there is no such setting; the components"
                                + " are " + String.join(", ", Logging.components()),
                        "Ignored environment variable MEANWHILE_LOG_LEVEL_QUEU; did you mean MEANWHILE_LOG_LEVEL_QUEUE?"),
                ServerConfig.read(
                                List.of(),
                                Map.of("MEANWHILE_LOG_LEVEL_FOO", "debug", "MEANWHILE_LOG_LEVEL_QUEU", "debug"))
                        .warnings());
    }

    @Test
    void whatPeopleCallASettingLeadsToIt() throws IOException {
        assertEquals("--port is not a setting; did you mean --grpc (HOST:PORT)?", refusal("--port", "7500"));
        assertEquals(
                "--metrics-port is not a setting; did you mean --http (HOST:PORT|off)?", refusal("--metrics-port=1"));
        Path file = file("data-dir=/x");
        assertEquals(
                file + ":1: data-dir is not a setting; did you mean data (DIR)?", refusal("--config", file.toString()));
    }

    @Test
    void theFileIsRefusedWhenItIsMissingOrSaysTwoThings() throws IOException {
        String none = refusal("--config", folder.resolve("none").toString(), "--default-model=of-the-file");
        assertTrue(none.startsWith("config = ") && none.endsWith("there is no such file"), none);
        Path file = file("workers=3", "workers=4");
        assertEquals(file + ":2: workers is already set at " + file + ":1", refusal("--config", file.toString()));
    }

    @Test
    void variablesOfOthersPassAndMistakesAreWarnedOf() {
        ServerConfig config = ServerConfig.read(
                List.of(),
                Map.of(
                        "MEANWHILE_SERVER", "h:1",
                        "MEANWHILE_SERVICE_HOST", "10.0.0.1",
                        "MEANWHILE_DRAIN", "",
                        "MEANWHILE_WORKRES", "3"));
        assertEquals(
                List.of("Ignored environment variable MEANWHILE_WORKRES; did you mean MEANWHILE_WORKERS?"),
                config.warnings());
        assertEquals(Duration.ofSeconds(20), config.drain());
        assertEquals(
                1,
                ServerConfig.read(List.of(), Map.of("MEANWHILE_MODEL_A_WORKERS", "3"))
                        .warnings()
                        .size());
    }

    /** Seen red by a list that left out names far from every setting. */
    @Test
    void aVariableThatIsNobodysIsNamed() throws IOException {
        Map<String, String> environment = Map.of(
                "MEANWHILE_SERVER", "h:1",
                "MEANWHILE_WORKSPACE", "w",
                "MEANWHILE_PROFILE", "p",
                "MEANWHILE_JAVA_OPTS", "-Xmx1g",
                "MEANWHILE_PORT_7420_TCP_ADDR", "10.0.0.1",
                "MEANWHILE_API_KEY", "secret",
                "MEANWHILE_COLOUR", "red");
        Path file = file(
                "model.m.adapter=openai", "model.m.url=http://127.0.0.1:1/v1", "model.m.key-env=MEANWHILE_API_KEY");
        assertEquals(
                List.of("Ignored environment variable MEANWHILE_COLOUR: there is no such setting"),
                ServerConfig.read(List.of("--config", file.toString()), environment)
                        .warnings());
        assertEquals(2, ServerConfig.read(List.of(), environment).warnings().size());
    }

    /** Planted: the plain words that qwen2 has no setting 5; found red. */
    @Test
    void aColonInAModelsNameIsToldHowToBeWritten() throws IOException {
        for (String name : List.of("qwen2.5:3b", "gpt-oss:20b", "a:b:c")) {
            String key = "model." + name + ".adapter";
            String refused = refusal("--config", file(key + " = simulated").toString(), "--default-model=" + name);
            assertTrue(refused.contains("write \\: for a colon"), refused);
            String mended = key.replace(":", "\\:");
            assertTrue(refused.endsWith(mended), refused);
            Path file = file(mended + " = simulated");
            assertEquals(
                    name,
                    ServerConfig.read(List.of("--config", file.toString()), Map.of())
                            .modelInfos()
                            .getFirst()
                            .name());
        }
        assertTrue(refusal("--config", file("wrokers:3").toString()).contains("did you mean workers?"));
    }

    @Test
    void anAddressOthersCanReachNeedsInsecure() {
        assertTrue(refusal("--grpc", "0.0.0.0:7420").contains("--insecure"));
        assertTrue(refusal("--http", "[::]:7421").contains("--insecure"));
        assertTrue(refusal("--grpc", "0.0.0.0:7420", "--insecure=false").contains("--insecure"));
        assertEquals(
                7420,
                flags("--insecure", "--grpc", "0.0.0.0:7420").grpc().address().getPort());
        assertEquals(
                new InetSocketAddress("::1", 0), flags("--grpc=[::1]:0").grpc().address());
        for (String bad : List.of("7420", ":7420", "h:", "h:65536", "h:7420/x")) {
            assertTrue(refusal("--grpc", bad).contains("HOST:PORT"), bad);
        }
    }

    @Test
    void levelsByComponentFallBackToTheCommonOne() {
        ServerConfig config = ServerConfig.read(
                List.of("--log-level=WARN", "--log-level.WORKER=debug", "--log-format=json"),
                Map.of("MEANWHILE_LOG_LEVEL_QUEUE", "error"));
        assertEquals(LogLevel.DEBUG, config.log().levels().get("WORKER"));
        assertEquals(LogLevel.ERROR, config.log().levels().get("QUEUE"));
        assertEquals(LogLevel.WARN, config.log().levels().get("SERVER"));
        assertEquals(LogFormat.JSON, config.log().format());
    }
}
