package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.client.Backoff;
import dev.meanwhile.client.ClientConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A port that accepts connections and says nothing, as that of a stopped process or of another program. */
final class SilentPortTest {
    /** Planted: no word while it waits; attempts of 8 s each, one after another. Both found red. */
    @Test
    void itIsSaidEarlyAndEndsInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            Captured watched = Captured.terminal();
            long start = System.nanoTime();
            ClientConfig patience = new ClientConfig(
                    Duration.ofSeconds(8), Backoff.ofCalls(), Backoff.ofStreams(), Thread::sleep, new Random(1));
            assertEquals(1, Cli.over(watched.shell(), patience).execute("sessions", "--server", address));
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            List<String> lines = watched.err().lines().toList();
            assertEquals(2, lines.size(), watched::err);
            assertEquals("no answer from " + address + " yet; waiting up to 8 s", lines.getFirst());
            assertTrue(lines.getLast().startsWith("meanwhile: no answer from " + address + " in 8 s"), watched::err);
            assertTrue(took.compareTo(Duration.ofSeconds(30)) < 0, took::toString);
        }
    }

    /** Planted: followed for ever, as a server that was there before; found red. */
    @Test
    @Timeout(20)
    void watchGivesUpTooIfItWasNeverConnected() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            Captured watched = Captured.terminal();
            ClientConfig patience = new ClientConfig(
                    Duration.ofSeconds(4), Backoff.ofCalls(), Backoff.ofStreams(), Thread::sleep, new Random(1));
            assertEquals(1, Cli.over(watched.shell(), patience).execute("watch", "--server", address));
            assertTrue(watched.err().contains("no answer from " + address + " yet; waiting up to 4 s\n"), watched::err);
            assertTrue(watched.err().contains("meanwhile: no answer from " + address + " in 4 s"), watched::err);
            assertFalse(watched.err().contains("connection lost"), watched::err);
        }
    }
}
