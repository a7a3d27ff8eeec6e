package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.ResponseChunksRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The logging guide as an acceptance script: a server of its own process, driven by hand, and its standard error. */
final class GuideFlowTest {
    private static final String TEXT = "a text of exactly forty-two bytes, counted";

    /** The guide's "Example: Full Successful Flow", line for line; N stands for a number. */
    private static final String FLOW = """
            [COORDINATOR] Background worker started
            [WORKER] Starting background worker thread
            [ROUTING] Session abc123 is inactive, routing to background
            [ROUTING] Submitting message to background queue (msg_len: 42)
            [QUEUE] Submitting message from session abc123 (priority: Low, msg_len: 42)
            [QUEUE] Registered response channel for session abc123 (total channels: N)
            [QUEUE] Enqueued message for session abc123 (queue size: high=0, low=N)
            [ROUTING] Successfully submitted to background, returning to prompt
            [WORKER] Processing message from session abc123 (waited: Nms, priority: Low)
            [WORKER] Simulating LLM processing for session abc123
            [WORKER] Sending response to session abc123 (N bytes)
            [WORKER] Completed processing for session abc123 (sent 12 chunks)
            [NOTIFY] Background work complete for session abc123
            [STORE] Stored background response for session abc123 (N bytes, 1 total responses)
            [SPAWN] Starting session abc123
            [SPAWN] Checking for notifications for session abc123
            [SPAWN] Found notification for session abc123: Background work complete
            [RETRIEVE] Retrieved 1 background responses for session abc123
            [SPAWN] Displaying response 1 (N bytes)
            """;

    /** Lines of ours that the guide does not have, told apart by their beginnings. */
    private static final List<String> ADDED = List.of(
            "[SERVER] Meanwhile ", "[SESSION] Created session ", "[COORDINATOR] Switched to session ", "[SERVER] Stop");

    @TempDir
    Path folder;

    /** Caught: STORE before NOTIFY; a line renamed; a line of ours more at the default level. */
    @Test
    void theFullSuccessfulFlowComesOutLineForLine() throws Exception {
        List<String> log;
        try (LoggedServer server = LoggedServer.start(folder)) {
            server.session("front", "");
            server.session("abc123", "");
            server.awaitEnd(server.submit("abc123", TEXT));
            server.activate("abc123");
            log = server.stop();
        }
        List<String> guide = log.stream()
                .filter(line -> ADDED.stream().noneMatch(line::startsWith))
                .toList();
        List<String> expected = flow("abc123");
        assertEquals(expected.size(), guide.size(), () -> String.join("\n", guide));
        for (int i = 0; i < expected.size(); i++) {
            assertTrue(matches(expected.get(i), guide.get(i)), guide.get(i) + " instead of " + expected.get(i));
        }
        assertEquals(6, log.size() - guide.size());
    }

    /** Caught: lines written when a command runs instead of after its commit (Processing comes before Enqueued). */
    @Test
    void theFlowIsASubsequencePerSessionWhenManyRunAtTheSameTime() throws Exception {
        List<String> log;
        List<String> sessions = new ArrayList<>();
        try (LoggedServer server = LoggedServer.start(
                folder, "--model.simulated.adapter=simulated", "--model.simulated.latency=0s", "--workers=32")) {
            server.session("front", "");
            List<Message> messages = new ArrayList<>();
            for (int i = 10; i < 40; i++) {
                sessions.add("session-" + i);
                server.session("session-" + i, "");
                messages.add(server.submit("session-" + i, TEXT));
            }
            messages.forEach(server::awaitEnd);
            sessions.forEach(server::activate);
            log = server.stop();
        }
        for (String session : sessions) {
            int at = 0;
            for (String expected : flow(session)) {
                while (at < log.size() && !matches(expected, log.get(at))) {
                    at++;
                }
                assertTrue(at < log.size(), session + ": nothing like " + expected + " after what came before it");
                at++;
            }
        }
        assertEquals(List.of(), grep(log, "ERROR|WARN"));
    }

    /** Caught: a FAILED message without its [WORKER] ERROR; a damaged text that only the caller hears of. */
    @Test
    void everyGrepOfTheDebuggingWorkflowFindsWhatItIsFor() throws Exception {
        String[] flags = {
            "--log-level=debug",
            "--model.simulated.adapter=simulated",
            "--model.simulated.latency=0s",
            "--model.gone.adapter=openai",
            "--model.gone.url=http://127.0.0.1:1/v1",
            "--default-model=simulated",
            "--retry-for=0"
        };
        List<String> log;
        try (LoggedServer server = LoggedServer.start(folder, flags)) {
            server.session("session-front", "");
            server.session("session-abc123", "");
            server.session("session-gone", "gone");
            server.awaitEnd(server.submit("session-front", TEXT));
            server.awaitEnd(server.submit("session-abc123", TEXT));
            server.awaitEnd(server.submit("session-gone", TEXT));
            server.activate("session-abc123");
            log = server.stop();
        }

        // 1. Verify worker started
        assertEquals(1, grep(log, "\\[WORKER\\] Starting").size());
        assertEquals(1, grep(log, "\\[COORDINATOR\\] Background worker started").size());
        // 2. Trace message flow
        assertEquals(
                List.of("ROUTING", "QUEUE", "QUEUE", "QUEUE", "WORKER", "WORKER", "WORKER", "WORKER"),
                grep(grep(log, "session-abc123"), "\\[ROUTING\\]|\\[QUEUE\\]|\\[WORKER\\]").stream()
                        .filter(line -> !line.contains("] Sent ")) // a detail of DEBUG
                        .map(GuideFlowTest::component)
                        .toList());
        // 3. Check queue state
        assertFalse(grep(log, "\\[WORKER\\] Iteration.*Queue stats: high=\\d+, low=\\d+")
                .isEmpty());
        // 4. Find errors
        assertEquals(
                List.of("[WORKER] ERROR: Processing failed for session session-gone"
                        + " (reason: PROVIDER_UNAVAILABLE, attempts: 1)"),
                grep(log, "\\[WORKER\\] ERROR:"));
        assertEquals(1, grep(log, "ERROR:").size());
        // 5. Trace session lifecycle
        List<String> life = grep(grep(log, "session-abc123"), "\\[SPAWN\\]|\\[ROUTING\\]|\\[WORKER\\]|\\[NOTIFY\\]");
        assertTrue(life.getFirst().startsWith("[ROUTING]"), life.getFirst());
        assertEquals("[SPAWN] Found notification for session session-abc123: Background work complete", life.getLast());
        assertEquals(1, grep(life, "\\[NOTIFY\\]").size());
        // Performance monitoring
        assertEquals(3, grep(log, "queue size:").size());
        assertEquals(3, grep(log, "waited:").size());
        assertEquals(
                4, grep(grep(log, "bytes"), "\\[WORKER\\] Sending|\\[STORE\\]").size());
        // Session state checks
        assertEquals(
                2,
                grep(log, "is_active_session for session-\\w+: false \\(active_id: Some\\(\"session-front\"\\)\\)")
                        .size());
        assertEquals(
                2,
                grep(log, "should_process_in_background: true \\(has_coordinator: true, is_active: false\\)")
                        .size());
        // Foreground, and a failure
        assertEquals(
                1,
                grep(log, "Session session-front is active, routing to foreground")
                        .size());
        assertEquals(
                1,
                grep(log, "\\[NOTIFY\\] Message failed: PROVIDER_UNAVAILABLE for session session-gone")
                        .size());

        damage("session-abc123");
        try (LoggedServer server = LoggedServer.start(folder)) {
            StatusRuntimeException lost = assertThrows(
                    StatusRuntimeException.class,
                    () -> server.users()
                            .responseChunks(ResponseChunksRequest.newBuilder()
                                    .setSessionId("session-abc123")
                                    .build())
                            .forEachRemaining(response -> {}));
            assertEquals(Status.Code.DATA_LOSS, lost.getStatus().getCode());
            assertThrows(StatusRuntimeException.class, () -> server.activate("session-nobody"));
            log = server.stop();
        }
        assertEquals(1, grep(log, "\\[STORE\\] ERROR: .*session-abc123").size(), () -> "no [STORE] ERROR");
        assertEquals(
                1,
                grep(log, "\\[RETRIEVE\\] ERROR: Session session-nobody not found")
                        .size());
        assertEquals(2, grep(log, "ERROR:").size());
    }

    /** Caught: a drain that says it took messages back after a restart; a pause that only its own run tells of. */
    @Test
    void drainsRestartsAndPausesSayWhatTheyAre() throws Exception {
        String[] slow = {"--model.simulated.adapter=simulated", "--model.simulated.latency=10m", "--drain=400ms"};
        List<String> log;
        try (LoggedServer server = LoggedServer.start(folder, slow)) {
            server.session("session-abc123", "");
            server.submit("session-abc123", TEXT);
            server.awaitRunning();
            server.pause();
            log = server.stop();
        }
        assertEquals(
                List.of("[QUEUE] Handed back message of session session-abc123 (attempt: 1)"),
                grep(log, " back message "));
        try (LoggedServer server = LoggedServer.start(folder, slow)) {
            log = server.stop();
        }
        assertEquals(List.of("[COORDINATOR] Workers paused"), grep(log, "Workers|back message"));
    }

    private void damage(String session) throws Exception {
        try (Connection store = DriverManager.getConnection(
                        "jdbc:sqlite:" + folder.resolve("data").resolve("meanwhile.db"));
                var update = store.prepareStatement("UPDATE segment SET checksum = checksum + 1 WHERE message IN"
                        + " (SELECT m.key FROM message m JOIN session s ON s.key = m.session WHERE s.id = ?)")) {
            update.setString(1, session);
            assertTrue(update.executeUpdate() > 0);
        }
    }

    private static List<String> flow(String session) {
        return FLOW.replace("abc123", session).lines().toList();
    }

    private static boolean matches(String expected, String line) {
        String pattern = Pattern.quote(expected).replaceAll("(?<=[ =(])N(?=[ ),m])", "\\\\E\\\\d+\\\\Q");
        return line.matches(pattern);
    }

    private static List<String> grep(List<String> lines, String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return lines.stream().filter(line -> compiled.matcher(line).find()).toList();
    }

    private static String component(String line) {
        return line.substring(1, line.indexOf(']'));
    }
}
