package dev.meanwhile.cli;

import dev.meanwhile.client.ServerAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real server as a process of its own, on a free port. */
final class ServerProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile(".*\\blistening on ([^\\s,;]+:[0-9]+).*");
    private final Process process;
    private final CompletableFuture<ServerAddress> address = new CompletableFuture<>();

    private ServerProcess(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().start(this::read);
    }

    static ServerProcess start(Path data, String... flags) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.meanwhile.server.Main",
                "--http=off",
                "--log-level=error",
                "--data=" + data));
        line.addAll(List.of(flags));
        if (!String.join(" ", flags).contains("--grpc")) {
            line.add("--grpc=127.0.0.1:0");
        }
        ProcessBuilder builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeIf(key -> key.startsWith("MEANWHILE_"));
        return new ServerProcess(builder.start());
    }

    ServerAddress address() throws Exception {
        return address.get(60, TimeUnit.SECONDS);
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher ready = READY.matcher(line);
                if (ready.matches()) {
                    address.complete(ServerAddress.parse(ready.group(1)));
                }
            }
            address.completeExceptionally(new IOException("it ended before it was ready"));
        } catch (IOException e) {
            address.completeExceptionally(e);
        }
    }

    /** As a crash would. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }
}
