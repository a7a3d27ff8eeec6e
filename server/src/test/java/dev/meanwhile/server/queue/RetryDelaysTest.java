package dev.meanwhile.server.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RetryDelaysTest {
    private static final double ALMOST_ONE = Math.nextDown(1.0);
    private final RetryDelays delays = new RetryDelays(Duration.ofSeconds(1), Duration.ofMinutes(1));

    /** Once a minute's wait was spread to 72 s. Planted: all at the bound wait equally long. */
    @Test
    void theSpreadNeverPassesTheLongest() {
        assertSpread(800, 1_200, 1);
        assertSpread(12_800, 19_200, 3);
        assertSpread(36_000, 60_000, 4);
        assertSpread(36_000, 60_000, 1_000);
        RetryDelays near = new RetryDelays(Duration.ofMillis(900), Duration.ofSeconds(1));
        assertEquals(Duration.ofMillis(640), near.after(1, 0));
        assertEquals(Duration.ofSeconds(1), near.after(1, ALMOST_ONE));
    }

    private void assertSpread(long least, long most, int failures) {
        assertEquals(Duration.ofMillis(least), delays.after(failures, 0));
        assertEquals(Duration.ofMillis((least + most) / 2), delays.after(failures, 0.5));
        assertEquals(Duration.ofMillis(most), delays.after(failures, ALMOST_ONE));
    }
}
