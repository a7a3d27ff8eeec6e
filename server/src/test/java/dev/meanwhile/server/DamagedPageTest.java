package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.telemetry.CapturedLog;
import dev.meanwhile.server.telemetry.LogFormat;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.Turn;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P12: a page of the database file that is garbage. What is served is right, and what is acknowledged is stored. */
final class DamagedPageTest {
    private static final int PAGE = 4096;
    private static final List<String> SESSIONS = List.of("a", "b");
    private static final int MESSAGES = 40;

    /** What may be said of what can't be read or written. */
    private static final Set<String> ALLOWED = Set.of("STORAGE_UNAVAILABLE", "LOG_CORRUPT", "INTERNAL");

    @TempDir
    static Path whole;

    private static final Map<String, Turn> TURNS = new HashMap<>();
    private static final Map<String, List<ResponseEntry>> LOGS = new HashMap<>();

    @TempDir
    Path folder;

    @BeforeAll
    static void fill() throws Exception {
        try (TestServer server = TestServer.start(whole)) {
            UserCalls calls = new UserCalls(server);
            for (String session : SESSIONS) {
                server.session(session);
                List<String> messages = new ArrayList<>();
                for (int i = 0; i < MESSAGES; i++) {
                    messages.add(calls.submit(session, (session + i + " ").repeat(i == 7 ? 5_000 : 300)));
                }
                calls.awaitEnds(session, messages.toArray(String[]::new));
                LOGS.put(session, Tail.read(server, session, 0));
                messages.forEach(message -> TURNS.put(message, calls.message(message)));
            }
        }
        // The database file alone is copied, and connections that close at the same moment may leave it behind its log.
        try (StoredFile stored = new StoredFile(whole)) {
            assertEquals(0, stored.number("PRAGMA wal_checkpoint(TRUNCATE)"));
        }
    }

    /**
     * Planted: texts not checked, so that garbage of an overflow page is served.
     */
    @ParameterizedTest
    @CsvSource({
        "segment, leaf",
        "segment, internal",
        "message_text, internal",
        "message_text, overflow",
        "message, leaf",
        "message_id, leaf",
        "notification, leaf",
        "head, leaf",
        "setting, leaf"
    })
    void p12ADamagedPageIsNeverServed(String name, String type) throws Exception {
        damage(name, type);
        List<String> acknowledged = new ArrayList<>();
        try (CapturedLog log = new CapturedLog(LogFormat.TEXT)) {
            boolean refused = false;
            try (TestServer server = TestServer.start(folder)) {
                for (String session : SESSIONS) {
                    refused |= checkLog(server, session);
                    refused |= checkList(server, session, MESSAGES);
                }
                for (String message : TURNS.keySet()) {
                    refused |= !answered(() -> checkTurn(message, new UserCalls(server).message(message)));
                }
                for (String session : SESSIONS) {
                    refused |= !answered(() ->
                            acknowledged.add(server.submit(session, "more").getMessageId()));
                }
            } catch (IllegalStateException | Refusal e) {
                refused = true; // it does not start, and says why
            }
            assertTrue(!refused || !errors(log).isEmpty(), "what users are told of, operators are");
        }
        try (TestServer server = TestServer.start(folder)) {
            for (String message : acknowledged) {
                answered(() -> assertEquals(
                        "more", new UserCalls(server).message(message).getText()));
            }
        } catch (IllegalStateException | Refusal e) {
            assertEquals(List.of(), acknowledged);
        }
    }

    /**
     * Planted: a writer that goes on after damage, as it was: health says SERVING, and the end is tried each second for
     * ever.
     */
    @Test
    void p12AWriterThatMeetsDamageWritesNothingMore() throws Exception {
        damage("notification", "leaf"); // where an answer's end is written
        String late;
        try (CapturedLog log = new CapturedLog(LogFormat.TEXT)) {
            try (TestServer server = TestServer.start(folder)) {
                late = server.submit("a", "accepted").getMessageId();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> HealthGrpc.newBlockingStub(server.channel())
                                        .check(HealthCheckRequest.getDefaultInstance())
                                        .getStatus()
                                == ServingStatus.NOT_SERVING);
                for (String session : SESSIONS) {
                    ErrorDetails.refused("STORAGE_UNAVAILABLE", () -> server.submit(session, "more"));
                    assertFalse(checkLog(server, session), "what is whole is read on");
                    assertFalse(checkList(server, session, MESSAGES + (session.equals("a") ? 1 : 0)));
                }
            }
            assertEquals(
                    Set.of(
                            "[STORE] ERROR: Storage unavailable, submits are refused until it is back:"
                                    + " the database is damaged and nothing more is written to it",
                            "[STORE] ERROR: The database file is damaged;"
                                    + " stop the server, restore a backup and start it again",
                            "[WORKER] ERROR: Failed to send completion to session a"),
                    Set.copyOf(errors(log)));
            assertEquals(3, errors(log).size(), "each once");
        }
        try (TestServer server = TestServer.start(folder)) {
            assertEquals("accepted", new UserCalls(server).message(late).getText());
        }
    }

    private static List<String> errors(CapturedLog log) {
        return log.lines().stream().filter(line -> line.contains("] ERROR: ")).toList();
    }

    private void damage(String name, String type) throws Exception {
        Path file = folder.resolve("meanwhile.db");
        Files.copy(whole.resolve("meanwhile.db"), file);
        long page;
        try (StoredFile stored = new StoredFile(folder)) {
            page = stored.number(
                    "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? AND pageno > 1"
                            + " ORDER BY pageno LIMIT 1 OFFSET (SELECT count(*) / 2 FROM dbstat WHERE name = ?1"
                            + " AND pagetype = ?2 AND pageno > 1)",
                    name,
                    type);
        }
        byte[] garbage = new byte[PAGE];
        new Random(page).nextBytes(garbage);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek((page - 1) * PAGE);
            bytes.write(garbage);
        }
    }

    /** Whether anything was refused. */
    private static boolean checkLog(TestServer server, String session) {
        List<ResponseEntry> truth = LOGS.get(session);
        long after = 0;
        boolean refused = false;
        while (true) {
            long from = after;
            List<ResponseEntry> served = new ArrayList<>();
            boolean whole = answered(() -> server.users()
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .responseChunks(ResponseChunksRequest.newBuilder()
                            .setSessionId(session)
                            .setAfterSequence(from)
                            .build())
                    .forEachRemaining((ResponseChunksResponse response) ->
                            served.addAll(response.getEntries().getEntriesList())));
            assertEquals(
                    truth.subList((int) from, (int) Math.min(truth.size(), from + served.size())),
                    served.subList(0, (int) Math.min(served.size(), truth.size() - from)));
            after = from + served.size() + 1;
            refused |= !whole;
            if (whole || after >= truth.size()) {
                assertTrue(!whole || after > truth.size(), "an end too early");
                return refused;
            }
        }
    }

    private static boolean checkList(TestServer server, String session, int messages) {
        return !answered(() -> {
            List<Turn> turns = server.users()
                    .listMessages(ListMessagesRequest.newBuilder()
                            .setSessionId(session)
                            .setPageSize(1_000)
                            .build())
                    .getTurnsList();
            assertEquals(messages, turns.size());
            turns.forEach(turn -> checkTurn(turn.getMessage().getMessageId(), turn));
        });
    }

    private static void checkTurn(String message, Turn turn) {
        Turn truth = TURNS.get(message);
        if (truth == null) {
            return; // submitted since
        }
        if (turn.getTextUnreadable()) {
            assertEquals("", turn.getText());
        } else {
            assertEquals(truth.getText(), turn.getText());
        }
        if (turn.getAnswerUnreadable()) {
            assertEquals("", turn.getAnswer());
        } else {
            assertEquals(truth.getAnswer(), turn.getAnswer());
        }
        assertEquals(truth.getMessage(), turn.getMessage());
    }

    /** Whether the call was answered; if not, then in words of the contract. */
    private static boolean answered(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StatusRuntimeException e) {
            String reason = ErrorDetails.refused(e).reason();
            assertTrue(ALLOWED.contains(reason), reason);
            return false;
        }
    }
}
