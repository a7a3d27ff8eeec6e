package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.GetMessageRequest;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.PauseWorkersRequest;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SubmitMessageRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} as the person at its terminal meets it. */
class ServeTest {
    private final List<Process> started = new ArrayList<>();

    /** What a server is started with, so that it hears SIGINT. */
    private List<String> hearing = List.of();

    @TempDir
    private Path folder;

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    /** Seen red without a handler of ours: the JVM does not hear a second one. */
    @Test
    void theSecondCtrlCEndsAtOnce() throws Exception {
        startWhereInterruptsAreHeard();
        Process server = serve("--model.m.latency=1h", "--drain=10m");
        String message = askSomething(port(server));
        interrupt(server);
        awaitError("stopping: finishing 1 answer, up to 450 s; Ctrl-C again to stop now");
        assertTrue(server.isAlive());
        interrupt(server);
        assertTrue(server.waitFor(30, TimeUnit.SECONDS));
        assertEquals(130, server.exitValue());
        awaitError("stopped at once; nothing is lost");
        Process again = serve("--model.m.latency=0");
        awaitCompleted(port(again), message);
    }

    @Test
    void oneCtrlCEndsInOrder() throws Exception {
        startWhereInterruptsAreHeard();
        Process server = serve();
        port(server);
        interrupt(server);
        assertTrue(server.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, server.exitValue());
        awaitError("stopping; Ctrl-C again to stop now");
        assertTrue(errors().contains("Stopped"), errors());
    }

    @Test
    void theBannerNamesTheFileAndTheNextCommand() throws Exception {
        String banner = banner(serve());
        Path file = folder.resolve("data").resolve("meanwhile.db");
        assertTrue(banner.contains("data      " + file + "\n"), banner);
        assertTrue(Files.exists(file));
        assertTrue(banner.contains("durable: survives kill -9 and power loss"), banner);
        String address = address(banner);
        assertTrue(banner.contains("bin/meanwhile --server " + address + " send hello"), banner);
    }

    @Test
    void theLogSaysItForMachinesToo() throws Exception {
        banner(serve("--log-format=json"));
        awaitError("\"component\":\"SERVER\",\"text\":\"Meanwhile ");
        awaitError(", data in " + folder.resolve("data").resolve("meanwhile.db") + "\"}");
    }

    /** Planted: all of them told; found red. */
    @Test
    void ofManyModelsTheBannerNamesTheDefaultAndAFew() throws Exception {
        List<String> flags = new ArrayList<>(List.of("--default-model=x9"));
        IntStream.range(0, 16).forEach(i -> flags.add("--model.x" + i + ".adapter=simulated"));
        String banner = banner(serve(flags.toArray(String[]::new)));
        String address = address(banner);
        String models = banner.lines()
                .filter(line -> line.startsWith("  models "))
                .findFirst()
                .orElseThrow();
        assertTrue(models.startsWith("  models    x9 (default, simulated, "), models);
        assertEquals(5, models.split(" answers at a time", -1).length - 1, models);
        assertTrue(models.endsWith(", and 12 more: bin/meanwhile --server " + address + " models"), models);
    }

    /** Seen red: only the log said it. */
    @Test
    void theBannerNamesTheModelsOfSessionsThatAreNotConfigured() throws Exception {
        Process before = serve("--model.old.latency=1h", "--default-model=old");
        String first = banner(before);
        assertFalse(first.contains("not configured"), first);
        askSomething(Integer.parseInt(address(first).replaceAll(".*:", "")));
        before.destroyForcibly().waitFor();
        String banner = banner(serve());
        assertEquals(
                "            1 open session has a model that is not configured: old (1); in each workspace W:"
                        + " bin/meanwhile --server " + address(banner) + " --workspace W models replace OLD NAME",
                banner.lines()
                        .dropWhile(line -> !line.startsWith("  models "))
                        .skip(1)
                        .findFirst()
                        .orElseThrow());
    }

    /** Seen red: only a line of the log said it, among others. */
    @Test
    void theBannerTellsOfAPauseThatHolds() throws Exception {
        Process before = serve();
        String first = banner(before);
        assertFalse(first.contains("paused"), first);
        pause(Integer.parseInt(address(first).replaceAll(".*:", "")));
        before.destroyForcibly().waitFor();
        String banner = banner(serve());
        String told =
                "  workers   paused: nothing is answered until: bin/meanwhile --server " + address(banner) + " resume";
        assertTrue(banner.lines().anyMatch(told::equals), banner);
    }

    private static String address(String banner) {
        return banner.replaceAll("(?s).*listening on (\\S+).*", "$1");
    }

    private static String banner(Process server) throws IOException {
        BufferedReader out = server.inputReader();
        List<String> lines = new ArrayList<>();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            lines.add(line);
            if (line.startsWith("  stop ")) {
                break;
            }
        }
        return String.join("\n", lines);
    }

    /** Seen red by a lock file nobody wrote into. */
    @Test
    void aSecondServerIsToldWhoHoldsTheData() throws Exception {
        Process first = serve();
        port(first);
        assertEquals(1, ended(serve()));
        assertTrue(errors().contains("another Meanwhile (process " + first.pid() + ") uses the data folder"), errors());
    }

    /** Seen red with the settings of the two addresses exchanged. */
    @Test
    void aTakenPortIsToldWithItsSetting() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertEquals(1, ended(serve("--grpc=" + address)));
            assertTrue(
                    errors().contains("the address " + address + " for gRPC can't be had: something listens there"
                            + " already, perhaps another Meanwhile; choose another with --grpc HOST:PORT"
                            + " (a second Meanwhile needs --http HOST:PORT of its own, too)\n"),
                    errors());
            assertEquals(1, ended(serve("--http=" + address)));
            assertTrue(
                    errors().contains("the address " + address + " for metrics can't be had: something listens there"
                            + " already, perhaps another Meanwhile; choose another with --http HOST:PORT, or --http off"
                            + " (a second Meanwhile needs --grpc HOST:PORT of its own, too)\n"),
                    errors());
        }
        assertEquals(1, ended(serve("--insecure", "--grpc=192.0.2.1:7643")));
        assertTrue(errors().contains("it is not an address of this machine"), errors());
        assertFalse(errors().contains("Exception"), errors());
    }

    @Test
    void aFolderThatCannotBeIsToldInWords() throws Exception {
        Files.createFile(folder.resolve("file"));
        assertEquals(1, ended(serve("--data=" + folder.resolve("file"))));
        assertTrue(errors().contains("it is not a folder"), errors());
        assertFalse(errors().contains("Exception"), errors());
    }

    /** Red where both point to the help of serve. */
    @Test
    void aWrongFlagPointsToTheHelp() throws Exception {
        assertEquals(2, ended(serve("--wrokers=3")));
        assertTrue(errors().contains("did you mean --workers?\nsee: bin/meanwhile serve --help\n"), errors());
        assertEquals(2, ended(compact("--dta=x")));
        assertTrue(errors().contains("see: bin/meanwhile compact --help\n"), errors());
    }

    @Test
    void allMistakesOfAStartAreToldAtOnce() throws Exception {
        assertEquals(2, ended(serve("--wrokers=3", "--drain=x")));
        assertTrue(
                errors().contains("meanwhile: 2 mistakes in the settings:\n  --wrokers is not a setting;"), errors());
        assertTrue(errors().contains("\n  drain = 'x' (from flag --drain): "), errors());
    }

    private Process serve(String... flags) throws IOException {
        List<String> command = new ArrayList<>(hearing);
        command.addAll(LoggedServer.command(folder, "--model.m.adapter=simulated"));
        command.addAll(List.of(flags));
        return start(command);
    }

    private Process compact(String flag) throws IOException {
        List<String> command = LoggedServer.command(folder, flag);
        command.add(command.indexOf(Main.class.getName()) + 1, "compact");
        return start(command);
    }

    private Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("MEANWHILE_"));
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /**
     * What a shell without job control starts behind an {@code &} ignores SIGINT, and so do all its children, unless
     * GNU's env gives it back to them.
     */
    private void startWhereInterruptsAreHeard() throws Exception {
        if (!interruptsAreHeard()) {
            hearing = List.of("env", "--default-signal=INT");
            assumeTrue(
                    interruptsAreHeard(),
                    "SIGINT is ignored here and env can't change that: run the tests in the foreground of a shell,"
                            + " or install GNU coreutils 8.31 or newer");
        }
    }

    private boolean interruptsAreHeard() throws Exception {
        List<String> shell = new ArrayList<>(hearing);
        shell.addAll(List.of("sh", "-c", "trap 'exit 7' INT; kill -INT $$; exit 0"));
        return new ProcessBuilder(shell).start().waitFor() == 7;
    }

    private static int ended(Process server) throws InterruptedException {
        assertTrue(server.waitFor(60, TimeUnit.SECONDS));
        return server.exitValue();
    }

    private static void interrupt(Process server) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-INT", String.valueOf(server.pid()))
                        .start()
                        .waitFor());
    }

    private static int port(Process server) throws IOException {
        BufferedReader out = server.inputReader();
        String line = out.readLine();
        while (line != null && !line.contains("listening on ")) {
            line = out.readLine();
        }
        return Integer.parseInt(String.valueOf(line).replaceAll(".*:", ""));
    }

    private static void pause(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            OperatorServiceGrpc.newBlockingStub(channel).pauseWorkers(PauseWorkersRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }

    private static String askSomething(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            var calls = SessionServiceGrpc.newBlockingStub(channel);
            String session = calls.createSession(CreateSessionRequest.getDefaultInstance())
                    .getSession()
                    .getSessionId();
            String message = calls.submitMessage(SubmitMessageRequest.newBuilder()
                            .setSessionId(session)
                            .setText("hi")
                            .build())
                    .getMessage()
                    .getMessageId();
            Awaitility.await().until(() -> state(channel, message) == MessageState.MESSAGE_STATE_RUNNING);
            return message;
        } finally {
            channel.shutdownNow();
        }
    }

    private static void awaitCompleted(int port, String message) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> state(channel, message) == MessageState.MESSAGE_STATE_COMPLETED);
        } finally {
            channel.shutdownNow();
        }
    }

    private static MessageState state(ManagedChannel channel, String message) {
        return SessionServiceGrpc.newBlockingStub(channel)
                .getMessage(GetMessageRequest.newBuilder().setMessageId(message).build())
                .getTurn()
                .getMessage()
                .getState();
    }

    private void awaitError(String words) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> errors().contains(words));
    }

    private String errors() throws IOException {
        return Files.readString(log());
    }

    private Path log() {
        return folder.resolve("stderr.log");
    }
}
