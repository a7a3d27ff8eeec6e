package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.CloseSessionRequest;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.DeleteSessionRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log of a server says of its start, for those who see nothing else of it. */
final class StartLinesTest {
    @TempDir
    Path folder;

    /** Once only the banner on a terminal's standard output said it. */
    @Test
    void theLogSaysWhereItListensAndWhichDataItUses() throws Exception {
        List<String> lines = lines();
        assertTrue(
                lines.getFirst()
                        .matches("\\[SERVER] Meanwhile \\S+ listens on 127\\.0\\.0\\.1:[1-9]\\d* \\(gRPC\\), data in "
                                + folder.resolve("data").resolve("meanwhile.db")),
                lines::toString);
        assertEquals(
                1, lines.stream().filter(line -> line.contains(" listens on ")).count());
        lines = lines("--http=127.0.0.1:0");
        assertTrue(
                lines.getFirst()
                        .matches(".* \\(gRPC\\) and 127\\.0\\.0\\.1:[1-9]\\d* \\(metrics, health\\), data in .*"),
                lines::toString);
    }

    /** Seen red: closed and deleted ones counted; the sessions of one workspace only; all of the names told. */
    @Test
    void openSessionsWhoseModelIsNotConfiguredAreToldOf() throws Exception {
        List<String> flags = new ArrayList<>(List.of("--default-model=m6"));
        IntStream.rangeClosed(1, 6).forEach(i -> flags.add("--model.m" + i + ".adapter=simulated"));
        try (LoggedServer server = LoggedServer.start(folder, flags.toArray(String[]::new))) {
            for (int i = 1; i <= 6; i++) {
                server.session("s" + i, "m" + i);
                server.session("closed" + i, "m" + i);
                server.session("deleted" + i, "m" + i);
                server.users()
                        .closeSession(CloseSessionRequest.newBuilder()
                                .setSessionId("closed" + i)
                                .build());
                server.users()
                        .deleteSession(DeleteSessionRequest.newBuilder()
                                .setSessionId("deleted" + i)
                                .build());
            }
            server.users()
                    .createSession(CreateSessionRequest.newBuilder()
                            .setWorkspace("other")
                            .setModel("m5")
                            .build());
        }
        assertEquals(
                "[SERVER] WARN: 7 open sessions have a model that is not configured: m5 (2), m1 (1), m2 (1), m3 (1), m4"
                        + " (1) and 1 more; configure it again, or give the session another: UpdateSession, or"
                        + " bin/meanwhile model SESSION NAME, or for all of a workspace models replace OLD NAME",
                lines().get(1));
        flags.removeIf(flag -> flag.startsWith("--model.m3"));
        List<String> lines = lines(flags.toArray(String[]::new));
        assertTrue(
                lines.get(1).startsWith("[SERVER] WARN: 1 open session has a model that is not configured: m3 (1);"),
                lines::toString);
        flags.add("--model.m3.adapter=simulated");
        lines = lines(flags.toArray(String[]::new));
        assertTrue(lines.stream().noneMatch(line -> line.contains("WARN")), lines::toString);
    }

    /** What the server says of itself from its start to its end. */
    private List<String> lines(String... flags) throws Exception {
        try (LoggedServer server = LoggedServer.start(folder, flags)) {
            return server.stop().stream()
                    .filter(line -> line.startsWith("[SERVER]"))
                    .toList();
        }
    }
}
