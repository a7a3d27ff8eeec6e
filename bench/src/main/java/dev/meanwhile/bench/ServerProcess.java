package dev.meanwhile.bench;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server in a process of its own, the channels to it, and what it takes of the machine. */
final class ServerProcess implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern METRICS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)/metrics");
    private final Process process;
    private final BufferedReader out;
    private final int port;
    private final List<ManagedChannel> channels = new ArrayList<>();

    private ServerProcess(List<String> command, Path log) throws IOException {
        this.process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        // Ctrl-C at the bench leaves no server behind.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy));
        this.out = process.inputReader(StandardCharsets.UTF_8);
        try {
            this.port = readPort(LISTENING);
        } catch (IOException e) {
            process.destroyForcibly();
            throw new IOException("the server did not start, see " + log + ": " + e.getMessage(), e);
        }
    }

    /** Meanwhile for the figures of speed: small answers at once, and room for as many as come. */
    static ServerProcess meanwhile(Path home, Path data, Path log) throws IOException {
        return meanwhile(
                home,
                data,
                log,
                List.of(),
                List.of(
                        "--http=off",
                        "--queue-capacity=10000000",
                        "--workspace-capacity=10000000",
                        "--model.simulated.adapter=simulated",
                        "--model.simulated.latency=0s",
                        "--model.simulated.chunk-delay=0s",
                        "--model.simulated.chunks=" + Workload.CHUNKS,
                        "--model.simulated.chunk-bytes=20",
                        "--workers=64",
                        "--reserved-for-active=16"));
    }

    /** Meanwhile through its launcher's flags; its log goes to a file, as an operator's would. */
    static ServerProcess meanwhile(Path home, Path data, Path log, List<String> jvm, List<String> flags)
            throws IOException {
        List<String> command = java();
        command.addAll(List.of(
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:MaxDirectMemorySize=256m",
                "-Xms64m",
                "-XX:GCTimeRatio=4",
                "-XX:MaxHeapFreeRatio=50",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(jvm);
        String more = System.getenv("MEANWHILE_JAVA_OPTS");
        if (more != null && !more.isBlank()) {
            command.addAll(List.of(more.strip().split("\\s+")));
        }
        command.addAll(List.of(
                "-cp",
                home.resolve("server/target/meanwhile-server.jar").toString(),
                "dev.meanwhile.server.Main",
                "--grpc=127.0.0.1:0",
                "--data=" + data));
        command.addAll(flags);
        return new ServerProcess(command, log);
    }

    /** The limit: answers SubmitMessage with the same bytes each time. */
    static ServerProcess noop(NoopServer.Kind kind, String response, Path log) throws IOException {
        List<String> command = java();
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), NoopServer.class.getName(), kind.name(), response));
        return new ServerProcess(command, log);
    }

    /** The limit with a disk: answers SubmitMessage with the same bytes when it is written. */
    static ServerProcess durable(DurableServer.Kind kind, String response, Path folder, Path log) throws IOException {
        List<String> command = java();
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                DurableServer.class.getName(),
                kind.name(),
                response,
                folder.toString()));
        return new ServerProcess(command, log);
    }

    /** A channel of its own connection; closed with the process. */
    ManagedChannel channel() {
        return keep(builder(port).build());
    }

    /** A channel that takes so many bytes of each stream that nobody has read. */
    ManagedChannel channel(int window) {
        return keep(builder(port).flowControlWindow(window).build());
    }

    List<ManagedChannel> channels(int count) {
        List<ManagedChannel> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(channel());
        }
        return made;
    }

    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    int port() {
        return port;
    }

    /** Where its metrics are, if they are on; to be asked for once. */
    URI metrics() throws IOException {
        return URI.create("http://127.0.0.1:" + readPort(METRICS) + "/metrics");
    }

    boolean alive() {
        return process.isAlive();
    }

    /** A size from the kernel's own account of the process, in MiB: VmRSS, or VmHWM for the highest so far. */
    double mebibytes(String name) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", String.valueOf(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith(name + ":"))
                    .map(line -> line.replaceAll("\\D+", ""))
                    .mapToDouble(kibibytes -> Double.parseDouble(kibibytes) / 1024)
                    .findFirst()
                    .orElse(Double.NaN);
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> java() {
        return new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    }

    private static NettyChannelBuilder builder(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .directExecutor(); // callbacks are short, and a hop to another thread would cost more than they do
    }

    private ManagedChannel keep(ManagedChannel channel) {
        channels.add(channel);
        return channel;
    }

    private int readPort(Pattern place) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher matcher = place.matcher(line);
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        throw new IOException("it ended");
    }
}
