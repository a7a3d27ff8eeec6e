package dev.meanwhile.cli;

import dev.meanwhile.client.ServerAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server as a process of its own, on a free port of this machine and with a data folder that goes with it. */
final class DemoServer implements AutoCloseable {
    /** What the server prints when it takes calls. */
    private static final Pattern READY = Pattern.compile(".*\\blistening on ([^\\s,;]+:[0-9]+).*");

    private static final long STOP_SECONDS = 20;
    private final Process process;
    private final Path folder;
    private final Thread atExit;
    private final CompletableFuture<ServerAddress> address = new CompletableFuture<>();

    private DemoServer(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
        this.atExit = new Thread(this::discard, "demo-server-end");
        Runtime.getRuntime().addShutdownHook(atExit);
        Thread.ofPlatform().daemon().name("demo-server-output").start(this::readOutput);
    }

    static DemoServer start(Path launcher) throws IOException {
        Path folder = Files.createTempDirectory("meanwhile-demo-");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                launcher.toString(), "serve", "--grpc", "127.0.0.1:0", "--http", "off", "--data", folder.toString()));
        // The demo is the same for everybody, whatever their own server is told by the environment.
        builder.environment()
                .keySet()
                .removeIf(key -> key.startsWith("MEANWHILE_")
                        && !key.equals("MEANWHILE_JAVA_OPTS")
                        && !key.startsWith("MEANWHILE_LOG"));
        try {
            return new DemoServer(
                    builder.redirectError(ProcessBuilder.Redirect.INHERIT).start(), folder);
        } catch (IOException e) {
            Folders.delete(folder);
            throw e;
        }
    }

    /** Waits until it takes calls. */
    ServerAddress awaitAddress() throws IOException, InterruptedException {
        try {
            return address.get();
        } catch (ExecutionException e) {
            throw new IOException("it ended before it was ready, with exit code " + process.waitFor(), e);
        }
    }

    /** Ends it as an operator would, and says so if that does not go as it should. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new UserError("the server did not stop within " + STOP_SECONDS + " s of SIGTERM");
        }
        if (process.exitValue() != 0) {
            throw new UserError("the server ended with exit code " + process.exitValue());
        }
    }

    /** Leaves nothing behind, however the demo ended. */
    @Override
    public void close() {
        discard();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // An interrupt: the hook is doing the same.
        }
    }

    private void discard() {
        process.destroyForcibly();
        try {
            process.waitFor(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Folders.delete(folder);
    }

    /** Read to the end, also when nobody needs it any more: a full pipe would stop the server. */
    private void readOutput() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher ready = READY.matcher(line);
                if (ready.matches()) {
                    address.complete(ServerAddress.parse(ready.group(1)));
                }
            }
            address.completeExceptionally(new IOException("no address"));
        } catch (IOException | IllegalArgumentException e) {
            address.completeExceptionally(e);
        }
    }
}
