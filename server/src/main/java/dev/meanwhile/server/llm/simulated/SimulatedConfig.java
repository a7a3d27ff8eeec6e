package dev.meanwhile.server.llm.simulated;

import java.time.Duration;

/**
 * How a simulated model answers.
 *
 * @param chunks pieces of an answer
 * @param latency until the first piece
 * @param chunkDelay between two pieces
 * @param chunkBytes ASCII bytes of each piece; 0 = as the words fall
 */
public record SimulatedConfig(int chunks, Duration latency, Duration chunkDelay, int chunkBytes) {
    public static final SimulatedConfig DEFAULT =
            new SimulatedConfig(12, Duration.ofMillis(300), Duration.ofMillis(30), 0);
    private static final int MAX = 1 << 20;

    public SimulatedConfig {
        if (chunks < 1 || chunks > MAX) {
            throw new IllegalArgumentException("chunks is " + chunks + "; it must be 1 to " + MAX);
        }
        if (chunkBytes < 0 || chunkBytes > MAX) {
            throw new IllegalArgumentException("chunk-bytes is " + chunkBytes + "; it must be 0 to " + MAX);
        }
        if (latency.isNegative() || chunkDelay.isNegative()) {
            throw new IllegalArgumentException("latency and chunk-delay must not be negative");
        }
    }
}
