package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.JsonFormat;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code watch} and {@code stats --watch} against the real server, also across its end and new start. */
final class WatchTest {
    @TempDir
    private Path folder = Path.of("");

    private final Captured watcher = Captured.pipe("");
    private Thread thread = new Thread();

    @AfterEach
    void stop() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    @Test
    void eachNotificationIsToldAndRunOnceAlsoAcrossARestart() throws Exception {
        Path ran = folder.resolve("ran");
        String port;
        try (ServerProcess server = start("127.0.0.1:0")) {
            port = server.address().toString();
            command(port, "new", "front");
            command(port, "new", "a'b; $(touch " + folder.resolve("spliced") + ")");
            command(port, "send", "-s", "2", "before the watch");
            await(() -> command(port, "notifications", "--count").equals("1\n"));
            watch(
                    port,
                    "--exec",
                    "echo \"$MEANWHILE_NOTIFICATION $MEANWHILE_STATE $MEANWHILE_SESSION_NAME\" >> '" + ran + "'");
            await(() -> {
                command(port, "rename", "1", "front " + System.nanoTime());
                return watcher.out().contains("session 1 \"front ");
            });
            command(port, "send", "-s", "2", "in the watch");
            await(() -> watcher.out().contains("notification 2: "));
        }
        await(() -> Files.exists(ran));
        try (ServerProcess server = start(port)) {
            server.address();
            command(port, "send", "-s", "2", "behind the restart");
            await(() -> watcher.out().contains("notification 3: ") && lines(ran).size() == 2);
        }
        List<String> told =
                watcher.out().lines().filter(l -> l.contains("● notification")).toList();
        assertEquals(2, told.size(), watcher::out);
        assertTrue(told.getFirst().contains("notification 2: message "), told::toString);
        assertTrue(told.getFirst().endsWith("completed"), told::toString);
        assertEquals(
                "2 completed a'b; $(touch " + folder.resolve("spliced") + ")",
                lines(ran).getFirst());
        assertTrue(lines(ran).getLast().startsWith("3 completed"), lines(ran)::toString);
        assertFalse(Files.exists(folder.resolve("spliced")), "a name became a command");
    }

    @Test
    void asJsonItPassesTheStreamOn() throws Exception {
        try (ServerProcess server = start("127.0.0.1:0")) {
            String address = server.address().toString();
            command(address, "new", "front");
            watch(address, "--json");
            await(() -> watcher.out().contains("caughtUp"));
            for (String line : watcher.out().lines().toList()) {
                JsonFormat.parser().merge(line, WatchWorkspaceResponse.newBuilder());
            }
            assertTrue(watcher.out().lines().findFirst().orElse("").startsWith("{\"changes\":{\"sessions\":[{"));
        }
    }

    @Test
    void statsAreWatchedAcrossARestart() throws Exception {
        String port;
        try (ServerProcess server = start("127.0.0.1:0")) {
            port = server.address().toString();
            run(port, "stats", "--watch");
            await(() -> watcher.out().split("submitted", -1).length > 2);
        }
        await(() -> watcher.err().contains("trying again"));
        int before = watcher.out().length();
        try (ServerProcess server = start(port)) {
            server.address();
            await(() -> watcher.out().length() > before);
        }
        assertEquals(1, watcher.err().split("trying again", -1).length - 1, watcher::err);
    }

    private ServerProcess start(String address) throws IOException {
        return ServerProcess.start(
                folder.resolve("data"),
                "--grpc=" + address,
                "--model.m.adapter=simulated",
                "--model.m.latency=0s",
                "--model.m.chunk-delay=0s");
    }

    private void watch(String address, String... options) {
        String[] line = new String[options.length + 1];
        line[0] = "watch";
        System.arraycopy(options, 0, line, 1, options.length);
        run(address, line);
    }

    private void run(String address, String... line) {
        watcher.environment.put("MEANWHILE_SERVER", address);
        thread = Thread.ofPlatform().start(() -> watcher.run(line));
    }

    private static String command(String address, String... line) {
        Captured shell = Captured.pipe("");
        shell.environment.put("MEANWHILE_SERVER", address);
        assertEquals(0, shell.run(line), shell::err);
        return shell.out();
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static void await(Callable<Boolean> done) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(done);
    }
}
