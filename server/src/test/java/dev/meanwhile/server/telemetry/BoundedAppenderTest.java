package dev.meanwhile.server.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BoundedAppenderTest {
    private static final Logger LOGGER = new LoggerContext().getLogger("WORKER");

    /** Holds whoever writes until it is opened, like a pipe nobody reads. */
    private static final class StuckStream extends OutputStream {
        final CountDownLatch writing = new CountDownLatch(1);
        final CountDownLatch open = new CountDownLatch(1);
        final ByteArrayOutputStream written = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException("one by one");
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            writing.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            written.write(bytes, from, length);
        }

        List<String> texts() {
            return written.toString(StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.substring(line.indexOf("] ") + 2))
                    .toList();
        }
    }

    private final StuckStream out = new StuckStream();
    private final LibraryLimit libraries = new LibraryLimit(10, System::nanoTime, () -> {});

    private BoundedAppender appender(int room, int reserve, Duration patience) {
        BoundedAppender appender = new BoundedAppender(LogFormat.TEXT, out, room, reserve, libraries, patience);
        appender.start();
        return appender;
    }

    private static void log(BoundedAppender appender, Level level, String text) {
        appender.doAppend(new LoggingEvent("x", LOGGER, level, text, null, null));
    }

    @Test
    void whenFullDetailsGoFirstThenSevereLinesAndAllIsCountedInOrder() throws Exception {
        BoundedAppender appender = appender(3, 2, Duration.ofSeconds(30));
        log(appender, Level.INFO, "held");
        // The writer has taken it and hangs, so from here on everything waits.
        assertTrue(out.writing.await(30, TimeUnit.SECONDS));
        log(appender, Level.INFO, "1");
        log(appender, Level.ERROR, "2");
        log(appender, Level.DEBUG, "3");
        log(appender, Level.INFO, "lost");
        log(appender, Level.WARN, "4");
        log(appender, Level.DEBUG, "lost");
        log(appender, Level.ERROR, "5");
        log(appender, Level.ERROR, "lost");
        out.open.countDown();
        assertTrue(appender.flush());
        assertEquals(
                List.of(
                        "held",
                        "1",
                        "ERROR: 2",
                        "3",
                        "WARN: 4",
                        "ERROR: 5",
                        "WARN: Dropped 2 DEBUG and INFO lines, 1 WARN and ERROR lines, 0 lines of libraries"),
                out.texts());
        log(appender, Level.INFO, "room again");
        appender.stop();
        assertEquals("room again", out.texts().getLast());
    }

    @Test
    void stopWritesWhatWaits() throws Exception {
        BoundedAppender appender = appender(10_000, 10, Duration.ofSeconds(30));
        log(appender, Level.INFO, "0");
        assertTrue(out.writing.await(30, TimeUnit.SECONDS));
        List<String> expected = new ArrayList<>(List.of("0"));
        for (int i = 1; i <= 5_000; i++) {
            log(appender, Level.INFO, Integer.toString(i));
            expected.add(Integer.toString(i));
        }
        out.open.countDown();
        appender.stop();
        assertEquals(expected, out.texts());
    }

    @Test
    void aStuckStreamHoldsNobodyForLong() throws Exception {
        BoundedAppender appender = appender(1, 1, Duration.ofMillis(20));
        log(appender, Level.INFO, "held");
        assertTrue(out.writing.await(30, TimeUnit.SECONDS));
        for (int i = 0; i < 1_000; i++) {
            log(appender, Level.ERROR, "lost");
        }
        assertFalse(appender.flush());
        appender.stop();
        assertEquals(List.of(), out.texts());
        out.open.countDown();
    }
}
