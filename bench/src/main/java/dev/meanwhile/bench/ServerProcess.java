package dev.meanwhile.bench;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server in a process of its own, and the channels to it. */
final class ServerProcess implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
    private final Process process;
    private final int port;
    private final List<ManagedChannel> channels = new ArrayList<>();

    private ServerProcess(List<String> command, Path log) throws IOException {
        this.process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        // Ctrl-C at the bench leaves no server behind.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy));
        try {
            this.port = readPort();
        } catch (IOException e) {
            process.destroyForcibly();
            throw new IOException("the server did not start, see " + log + ": " + e.getMessage(), e);
        }
    }

    /** Meanwhile through its launcher's flags; its log goes to a file, as an operator's would. */
    static ServerProcess meanwhile(Path home, Path data, Path log) throws IOException {
        List<String> command = java();
        command.addAll(List.of(
                "-XX:+ExitOnOutOfMemoryError", "-XX:MaxDirectMemorySize=256m", "--enable-native-access=ALL-UNNAMED"));
        String more = System.getenv("MEANWHILE_JAVA_OPTS");
        if (more != null && !more.isBlank()) {
            command.addAll(List.of(more.strip().split("\\s+")));
        }
        command.addAll(List.of(
                "-cp",
                home.resolve("server/target/meanwhile-server.jar").toString(),
                "dev.meanwhile.server.Main",
                "--grpc=127.0.0.1:0",
                "--http=off",
                "--data=" + data,
                "--queue-capacity=10000000",
                "--workspace-capacity=10000000",
                "--model.simulated.adapter=simulated",
                "--model.simulated.latency=0s",
                "--model.simulated.chunk-delay=0s",
                "--model.simulated.chunks=" + Workload.CHUNKS,
                "--model.simulated.chunk-bytes=20",
                "--workers=64",
                "--reserved-for-active=16"));
        return new ServerProcess(command, log);
    }

    /** The limit: answers SubmitMessage with the same bytes each time. */
    static ServerProcess noop(NoopServer.Kind kind, String response, Path log) throws IOException {
        List<String> command = java();
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), NoopServer.class.getName(), kind.name(), response));
        return new ServerProcess(command, log);
    }

    /** A channel of its own connection; closed with the process. */
    ManagedChannel channel() {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .directExecutor() // callbacks are short, and a hop to another thread would cost more than they do
                .build();
        channels.add(channel);
        return channel;
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

    private int readPort() throws IOException {
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
        }
        throw new IOException("it ended");
    }
}
