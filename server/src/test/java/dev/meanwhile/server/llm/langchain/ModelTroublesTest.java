package dev.meanwhile.server.llm.langchain;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.server.llm.Prompt;
import dev.meanwhile.server.llm.Recorder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every trouble with a provider ends in bounded time, in words that name cause and cure, with no thread and no socket
 * left; and can be cancelled at its very moment. Writes what it saw to target/model-troubles.md. Planted, one at a
 * time: malformed bytes are replaced; an error object is handed on as an event; cancel does not close what is read; a
 * client that has met something other than HTTP is kept.
 */
@Timeout(60)
class ModelTroublesTest {
    private static final Prompt PROMPT = new Prompt(null, List.of(), "Hello?");
    private static final Duration HALF_A_SECOND = Duration.ofMillis(500);
    private static final EndpointConfig.Timeouts SHORT =
            new EndpointConfig.Timeouts(Duration.ofSeconds(1), HALF_A_SECOND, HALF_A_SECOND, Duration.ofSeconds(2));
    private static final List<String> TABLE = new ArrayList<>(List.of(
            "| trouble | what the user sees | retried | time until the end | threads and sockets left |",
            "|---|---|---|---|---|"));

    @TempDir
    Path folder;

    private final CompletableFuture<Void> heard = new CompletableFuture<>();
    private final Recorder recorder = new Recorder() {
        @Override
        public void text(String delta) {
            super.text(delta);
            heard.complete(null);
        }
    };

    @AfterAll
    static void writeTable() throws IOException {
        Files.write(Files.createDirectories(Path.of("target")).resolve("model-troubles.md"), TABLE);
        TABLE.forEach(System.out::println);
    }

    static List<Trouble> troubles() {
        return Trouble.all();
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void endsInBoundedTimeAndLeavesNothing(Trouble trouble) throws Exception {
        try (RawProvider provider = new RawProvider(trouble.script(), false)) {
            var unused = heard.thenRun(() -> provider.heard.complete(null));
            long start = System.nanoTime();
            model(url("http", provider.port())).start(PROMPT, recorder);
            Recorder.End end = recorder.awaitEnd();
            Duration took = Duration.ofNanos(System.nanoTime() - start);

            check(trouble, end.failure());
            assertTrue(took.compareTo(Duration.ofSeconds(15)) < 0, took::toString);
            awaitNothingLeft(provider);
            note(trouble.name(), end.failure(), trouble.kind(), took, modelCalls(), provider.open.get());
        }
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void canBeCancelledAtThatMoment(Trouble trouble) throws Exception {
        EndpointConfig.Timeouts none = new EndpointConfig.Timeouts(
                Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMinutes(5));
        try (RawProvider provider = new RawProvider(trouble.script(), true)) {
            ModelCall call = model(url("http", provider.port()), none).start(PROMPT, recorder);
            provider.parked.get(20, TimeUnit.SECONDS);
            assertEquals(1, provider.open.get());

            call.cancel();

            // The thread that calls back is gone, so nothing can come later.
            awaitNothingLeft(provider);
            assertFalse(recorder.end.isDone());
            assertEquals(List.of(), recorder.faults);
        }
    }

    @Test
    void nobodyListens() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        unreachable("refused", url("http", port), SHORT, FailureReason.PROVIDER_UNAVAILABLE, "nobody listens there");
    }

    @Test
    void theNameIsNotKnown() throws Exception {
        URI nowhere = URI.create("http://no-such-host.invalid/v1");
        unreachable(
                "unknown host",
                nowhere,
                SHORT,
                FailureReason.PROVIDER_UNAVAILABLE,
                "no address is known for this name");
    }

    @Test
    void theProviderHasNoTls() throws Exception {
        try (RawProvider provider = new RawProvider(answer -> answer.status(400, "", ""), false)) {
            URI url = url("https", provider.port());
            EndpointConfig.Timeouts patient = new EndpointConfig.Timeouts(
                    Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1));
            String name = "https where http is spoken";
            unreachable(name, url, patient, FailureReason.PROVIDER_UNAVAILABLE, "should begin with http://");
            awaitNothingLeft(provider);
        }
    }

    /** A full backlog: the kernel answers no further connection, which is Linux's way only. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void theConnectionIsNotAccepted() throws Exception {
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 4; i++) {
                SocketChannel channel = SocketChannel.open();
                waiting.add(channel);
                channel.configureBlocking(false);
                channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), deaf.getLocalPort()));
            }
            unreachable(
                    "connection not accepted",
                    url("http", deaf.getLocalPort()),
                    new EndpointConfig.Timeouts(
                            HALF_A_SECOND, Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1)),
                    FailureReason.PROVIDER_TIMEOUT,
                    "not accept the connection within 0.5 s");
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    private void unreachable(String name, URI url, EndpointConfig.Timeouts timeouts, FailureReason reason, String words)
            throws Exception {
        long start = System.nanoTime();
        model(url, timeouts).start(PROMPT, recorder);
        ModelFailure failure = recorder.awaitFailure();
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        check(new Trouble(name, reason, Trouble.Kind.OUTAGE, null, List.of(words), a -> {}), failure);
        patiently().until(() -> modelCalls() == 0);
        note(name, failure, Trouble.Kind.OUTAGE, took, modelCalls(), 0);
    }

    private static void check(Trouble trouble, ModelFailure failure) {
        if (trouble.reason() == null) {
            assertNull(failure);
            return;
        }
        assertNotNull(failure);
        assertEquals(trouble.reason(), failure.reason());
        assertEquals(trouble.kind() == Trouble.Kind.OUTAGE, failure.outage());
        assertEquals(trouble.kind() != Trouble.Kind.LASTING, failure.retryable());
        for (String words : trouble.words()) {
            assertTrue(failure.message().contains(words), failure.message());
        }
        assertFalse(failure.message().contains(ScriptedProvider.KEY), failure.message());
        Duration asked = failure.retryAfter();
        Duration expected = trouble.retryAfter();
        if (expected == null) {
            assertNull(asked);
        } else {
            assertNotNull(asked);
            // A date has whole seconds, and some of its time has gone by.
            assertTrue(expected.minus(asked).abs().compareTo(Duration.ofSeconds(30)) < 0, asked::toString);
        }
    }

    private void awaitNothingLeft(RawProvider provider) {
        patiently().until(() -> provider.open.get() == 0 && modelCalls() == 0);
    }

    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(10));
    }

    /** Virtual threads are in no thread group and no ordinary dump. */
    private long modelCalls() throws IOException {
        Path dump = folder.resolve("threads-" + System.nanoTime());
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toAbsolutePath().toString(), ThreadDumpFormat.TEXT_PLAIN);
        try (var lines = Files.lines(dump)) {
            return lines.filter(line -> line.startsWith("#") && line.contains("\"model-call\""))
                    .count();
        }
    }

    private static void note(
            String name, ModelFailure failure, Trouble.Kind kind, Duration took, long threads, int sockets) {
        String sees = failure == null
                ? "the answer"
                : failure.reason() + ": " + failure.message().replaceAll("127\\.0\\.0\\.1:\\d+", "HOST:PORT");
        TABLE.add(String.format(
                Locale.ROOT,
                "| %s | %s | %s | %.1f s | %d and %d |",
                name,
                sees,
                kind.retried,
                took.toMillis() / 1000.0,
                threads,
                sockets));
    }

    private static URI url(String scheme, int port) {
        return URI.create(scheme + "://127.0.0.1:" + port + "/v1");
    }

    private static ProviderModel model(URI url) {
        return model(url, SHORT);
    }

    private static ProviderModel model(URI url, EndpointConfig.Timeouts timeouts) {
        ApiKey key = ApiKey.fromEnvironment("KEY", name -> ScriptedProvider.KEY);
        return ProviderModel.openAi(new EndpointConfig("tiny", url, key, "tiny-1", null, null, timeouts));
    }
}
