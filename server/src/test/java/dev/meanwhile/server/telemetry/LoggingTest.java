package dev.meanwhile.server.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LoggingTest {
    @Test
    void levelsHoldLiveAndByComponent() {
        try (CapturedLog log = new CapturedLog(LogFormat.TEXT)) {
            assertEquals(Logging.components(), List.copyOf(Logging.levels().keySet()));
            assertTrue(Logging.levels().values().stream().allMatch(LogLevel.INFO::equals));
            Logging.setLevel("ROUTING", LogLevel.ERROR);
            GuideLog.routedToBackground("a");
            Logging.setLevel("ROUTING", LogLevel.DEBUG);
            GuideLog.shouldProcessInBackground(true);
            GuideLog.isActiveSession("a", true, "a");
            assertEquals(LogLevel.DEBUG, Logging.levels().get("ROUTING"));
            assertEquals(LogLevel.INFO, Logging.levels().get("SESSION"));
            assertEquals(
                    List.of("[ROUTING] should_process_in_background: false (has_coordinator: true, is_active: true)"),
                    log.lines());
        }
    }

    @Test
    void anUnknownComponentIsRefusedWithTheKnownOnes() {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> Logging.setLevel("WORKERS", LogLevel.INFO))
                        .getMessage());
        assertTrue(message.contains("'WORKERS'") && message.contains("WORKER, QUEUE, ROUTING"), message);
        assertThrows(IllegalArgumentException.class, () -> Logging.install(LogFormat.TEXT, Map.of("X", LogLevel.INFO)));
    }

    @Test
    void libraryLinesAreFewWithoutTracesAndUnableToForge() {
        try (CapturedLog log = new CapturedLog(LogFormat.TEXT)) {
            Logger grpc = Logger.getLogger("io.grpc.netty.NettyServerHandler");
            grpc.info("nobody needs this");
            for (int i = 0; i < 1_000; i++) {
                grpc.log(Level.WARNING, "Stream error\n[WORKER] ERROR: forged", new RuntimeException("secret words"));
            }
            List<String> lines = log.lines();
            String expected = "[SERVER] WARN: NettyServerHandler: Stream error [WORKER] ERROR: forged"
                    + " (java.lang.RuntimeException)";
            long written = lines.stream().filter(expected::equals).count();
            // A thousand lines take far less than a hundred windows.
            assertTrue(written >= 10 && written < 990, lines.toString());
            String before = "[SERVER] WARN: Dropped 0 DEBUG and INFO lines, 0 WARN and ERROR lines, ";
            long reported = lines.stream()
                    .filter(line -> line.startsWith(before))
                    .mapToLong(line ->
                            Long.parseLong(line.substring(before.length()).split(" ", 2)[0]))
                    .sum();
            assertEquals(1_000 - written, reported, lines.toString());
        }
    }

    @Test
    void theLimitOfLibrariesRenewsEachSecondAndDoesNotTouchOurs() {
        long[] now = {0};
        LibraryLimit limit = new LibraryLimit(2, () -> now[0], () -> {});
        ch.qos.logback.classic.Logger library =
                (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("org.library.Thing");
        ch.qos.logback.classic.Logger ours = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("WORKER");
        AtomicInteger denied = new AtomicInteger();
        Runnable three = () -> {
            for (int i = 0; i < 3; i++) {
                var reply = limit.decide(null, library, ch.qos.logback.classic.Level.ERROR, "x", null, null);
                denied.addAndGet(reply == ch.qos.logback.core.spi.FilterReply.DENY ? 1 : 0);
                limit.decide(null, ours, ch.qos.logback.classic.Level.ERROR, "x", null, null);
            }
        };
        three.run();
        assertEquals(1, denied.get());
        now[0] = 1_000_000_000L;
        three.run();
        assertEquals(2, denied.get());
        assertEquals(2, limit.takeDenied());
        assertEquals(0, limit.takeDenied());
    }

    @Test
    void anOutOfMemoryErrorOfALibraryIsReported() {
        AtomicInteger seen = new AtomicInteger();
        try (CapturedLog log = new CapturedLog(LogFormat.TEXT)) {
            Logging.onOutOfMemory(seen::incrementAndGet);
            Logger.getLogger("io.grpc.X").log(Level.SEVERE, "x", new RuntimeException(new OutOfMemoryError()));
            Logger.getLogger("io.grpc.X").log(Level.SEVERE, "x", new RuntimeException());
            assertEquals(2, log.lines().size());
        } finally {
            Logging.onOutOfMemory(() -> {});
        }
        assertEquals(1, seen.get());
    }

    @Test
    void jsonLinesAreOneObjectEach() {
        try (CapturedLog log = new CapturedLog(LogFormat.JSON)) {
            GuideLog.isActiveSession("a", false, "b");
            Logging.setLevel("SESSION", LogLevel.DEBUG);
            GuideLog.isActiveSession("a", false, "b");
            ServiceLog.warn("back\\slash\nline");
            List<String> lines = log.raw();
            assertEquals(2, lines.size());
            assertTrue(
                    lines.get(0)
                            .matches("\\{\"time\":\"[^\"]+Z\",\"level\":\"DEBUG\",\"component\":\"SESSION\",\"text\":\""
                                    + "is_active_session for a: false \\(active_id: Some\\(\\\\\"b\\\\\"\\)\\)\"}"),
                    lines.get(0));
            assertTrue(
                    lines.get(1)
                            .endsWith("\"level\":\"WARN\",\"component\":\"SERVER\",\"text\":\"back\\\\slash line\"}"),
                    lines.get(1));
        }
    }

    @Test
    void directionMarksAndEscapesAreCleaned() {
        assertEquals("a b c d", Clean.text("a\u202eb\u001bc\u2028d"));
        String plain = "Größe 漢字 😀";
        assertEquals(plain, Clean.text(plain));
        assertFalse(Clean.text("x".repeat(5_000)).length() > 2_003);
    }
}
