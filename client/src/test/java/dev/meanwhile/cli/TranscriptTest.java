package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every command prints, against the real server: each file of {@code golden/} has command lines ("$ ...") and, behind
 * each, stdout, then stderr with "2|" before it, then the exit code if it is not 0. What differs from run to run is
 * replaced, also ids, and a line may use such a name. {@code json.txt} is a promised format.
 *
 * <p>Caught: a number found as the beginning of another session's id.
 */
final class TranscriptTest {
    private static final Pattern ID = Pattern.compile("\\b[0-9a-z]{16}\\b");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    @TempDir
    private Path folder = Path.of("");

    private final Map<String, String> ids = new LinkedHashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {"terminal", "pipe", "json"})
    void everyCommandPrintsWhatItPromises(String name) throws Exception {
        String golden = read(name);
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        try (ServerProcess server = ServerProcess.start(
                folder,
                "--model.fast.adapter=simulated",
                "--model.fast.chunks=2",
                "--model.fast.latency=0s",
                "--model.fast.chunk-delay=0s",
                "--model.down.adapter=openai",
                "--model.down.url=http://127.0.0.1:" + nobody + "/v1",
                "--default-model=fast",
                "--retry-for=0s",
                "--retry-delay=1ms")) {
            String address = server.address().toString();
            List<String> transcript = new ArrayList<>();
            for (String line : golden.lines().filter(l -> l.startsWith("$ ")).toList()) {
                transcript.add(line);
                Captured shell = name.equals("terminal") ? Captured.terminal() : Captured.pipe("");
                shell.environment.put("MEANWHILE_SERVER", address);
                int exitCode = shell.run(words(line.substring(2), name.equals("json")));
                shell.out().lines().forEach(words -> transcript.add(named(words)));
                shell.err().lines().forEach(words -> transcript.add("2|" + named(words)));
                if (exitCode != 0) {
                    transcript.add("exit " + exitCode);
                }
                awaitQuiet(address);
            }
            String printed = String.join(
                            "\n",
                            transcript.stream()
                                    .map(l -> steady(l, address, String.valueOf(nobody)))
                                    .toList())
                    + "\n";
            Path came = Files.createDirectories(Path.of("target", "golden")).resolve(name + ".txt");
            Files.writeString(came, printed);
            assertEquals(golden, printed, () -> "what came is in " + came);
        }
        assertTrue(golden.lines().count() > 50, "the file is nearly empty");
    }

    /** So that the next command finds the same in each run. */
    private static void awaitQuiet(String address) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            Captured shell = Captured.pipe("");
            shell.environment.put("MEANWHILE_SERVER", address);
            shell.run("stats");
            return shell.out().contains("the workers are paused") || shell.out().contains("nothing waits");
        });
    }

    private String[] words(String line, boolean json) {
        List<String> words = new ArrayList<>(json ? List.of("--json") : List.of());
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            String text = word.group(1) == null ? word.group(2) : word.group(1);
            for (Map.Entry<String, String> id : ids.entrySet()) {
                text = text.replace(id.getValue(), id.getKey());
            }
            words.add(text);
        }
        return words.toArray(String[]::new);
    }

    private String steady(String line, String address, String nobody) {
        return line.replace(address, "<server>")
                .replace(":" + nobody, ":<nobody>")
                .replaceAll("\\d{4}-\\d\\d-\\d\\d[T ][\\d:.]+( \\+00:00|Z)", "<time>")
                .replaceAll("[0-9a-f]+(-[0-9a-f]{4,12}){5}", "<request>")
                .replaceAll("\"\\d+\\.\\d+s\"|\"\\d+s\"", "\"<span>\"")
                .replaceAll("\\b\\d+(\\.\\d)? (ms|s|min)\\b", "<span>")
                .replaceAll("PerSecond\":[0-9.E-]+", "PerSecond\":<rate>")
                .replaceAll("\\d+\\.\\d/s", "<rate>")
                .replaceAll("\\b\\d+[smhd]\\b", "<age>")
                .replaceAll("(?<=\\S) {2,}", "  ");
    }

    private String named(String line) {
        Matcher id = ID.matcher(line);
        return id.replaceAll(found -> name(found.group()));
    }

    private String name(String id) {
        return Objects.requireNonNull(ids.computeIfAbsent(id, i -> "<id" + (ids.size() + 1) + ">"));
    }

    private static String read(String name) throws Exception {
        try (InputStream file = Objects.requireNonNull(
                TranscriptTest.class.getResourceAsStream("/golden/" + name + ".txt"), "no file for " + name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
