package dev.meanwhile.server.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The server as users run it: a process of its own, with the launcher's flags, on a port of its choice. */
final class ServerProcess implements AutoCloseable {
    private static final String LISTENING = "listening on 127.0.0.1:";
    private final Process process;
    private final Path log;
    private final Thread endWithUs;
    private final int port;

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.endWithUs = new Thread(process::destroyForcibly, "end-server");
        Runtime.getRuntime().addShutdownHook(endWithUs);
        this.port = readPort();
    }

    static ServerProcess start(Path folder, String... flags) {
        return start(folder, Map.of(), flags);
    }

    /** One that is killed while it starts, or soon after. */
    static void startAndKill(Path folder, Map<String, String> variables, int afterMillis, String... flags)
            throws IOException, InterruptedException {
        Process process = builder(folder, variables, flags)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.waitFor(afterMillis, TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        process.waitFor();
    }

    static ServerProcess start(Path folder, Map<String, String> variables, String... flags) {
        try {
            return new ServerProcess(builder(folder, variables, flags).start(), log(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path log(Path folder) {
        return folder.resolve("server.log");
    }

    private static ProcessBuilder builder(Path folder, Map<String, String> variables, String... flags) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:MaxDirectMemorySize=256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.meanwhile.server.Main",
                "--grpc=127.0.0.1:0",
                "--http=off",
                "--data=" + data(folder)));
        command.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log(folder).toFile()));
        builder.environment().putAll(variables);
        return builder;
    }

    static Path data(Path folder) {
        return folder.resolve("data");
    }

    static Path database(Path folder) {
        return data(folder).resolve("meanwhile.db");
    }

    /** Lines of all servers of that folder that say ERROR. */
    static List<String> errors(Path folder) {
        try (Stream<String> lines = Files.lines(log(folder), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.contains("] ERROR: ")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    /** SIGKILL: no hook runs, no buffer is flushed. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
        forget();
    }

    /** SIGTERM; returns the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the server did not end within 30 s of SIGTERM");
        }
        forget();
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        if (process.isAlive()) {
            kill();
        }
    }

    private void forget() {
        Runtime.getRuntime().removeShutdownHook(endWithUs);
    }

    private int readPort() {
        try {
            BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                int at = line.indexOf(LISTENING);
                if (at >= 0) {
                    return Integer.parseInt(
                            line.substring(at + LISTENING.length()).strip());
                }
            }
            throw new AssertionError("the server did not start:\n" + Files.readString(log));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
