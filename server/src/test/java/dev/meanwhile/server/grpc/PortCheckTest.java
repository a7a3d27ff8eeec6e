package dev.meanwhile.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.server.telemetry.LogFormat;
import dev.meanwhile.server.telemetry.Logging;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server's calls to itself, against a port that accepts and never answers. */
final class PortCheckTest {
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final AtomicInteger deaf = new AtomicInteger();

    @BeforeEach
    void captureLog() {
        Logging.install(LogFormat.TEXT, Map.of(), log);
    }

    @AfterEach
    void releaseLog() {
        Logging.install(LogFormat.TEXT, Map.of());
    }

    /** Caught: a stop in the middle of a check that counts and tells of a miss. */
    @Test
    void aStopInTheMiddleOfACheckIsNoMiss() throws Exception {
        try (ServerSocket port = silent();
                PortCheck check = check(port, Duration.ofMinutes(1))) {
            CompletableFuture<Void> running = CompletableFuture.runAsync(check::check);
            try (Socket caller = port.accept()) {
                check.close();
                running.get(20, TimeUnit.SECONDS);
            }
        }
        assertEquals(0, warnings());
        assertEquals(0, deaf.get());
    }

    /** Caught: misses that are not counted; the end called for more than once. */
    @Test
    void threeMissesInARowCallForTheEndOnce() throws Exception {
        try (ServerSocket port = silent();
                PortCheck check = check(port, Duration.ofMillis(50))) {
            for (int i = 0; i < 4; i++) {
                assertEquals(i < 3 ? 0 : 1, deaf.get());
                check.check();
            }
        }
        assertEquals(4, warnings());
        assertEquals(1, deaf.get());
    }

    private static ServerSocket silent() throws Exception {
        return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    private PortCheck check(ServerSocket port, Duration interval) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port.getLocalPort());
        return new PortCheck(address, port.getLocalPort(), interval, deaf::incrementAndGet);
    }

    private long warnings() {
        Logging.flush();
        return log.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("WARN"))
                .count();
    }
}
