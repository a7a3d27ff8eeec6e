package dev.meanwhile.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * How patient a client is.
 *
 * @param callTimeout each attempt of a unary call ends after this
 * @param calls how unary calls are tried again
 * @param streams how cut streams are opened again
 */
public record ClientConfig(
        Duration callTimeout, Backoff calls, Backoff streams, Sleeper sleeper, RandomGenerator random) {
    public ClientConfig {
        if (!callTimeout.isPositive()) {
            throw new IllegalArgumentException("no time for a call: " + callTimeout);
        }
    }

    public static ClientConfig defaults() {
        return new ClientConfig(
                Duration.ofSeconds(30),
                Backoff.ofCalls(),
                Backoff.ofStreams(),
                Thread::sleep,
                // Each draw asks for the generator of its own thread.
                () -> ThreadLocalRandom.current().nextLong());
    }
}
