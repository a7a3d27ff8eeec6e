package dev.meanwhile.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * How patient a client is.
 *
 * @param callTimeout a unary call ends after this, with all its attempts. An attempt takes at most half of it, that of a call
 *     that is not tried again all of it
 * @param calls how unary calls are tried again
 * @param streams how cut streams are opened again
 * @param onSilence told, on a thread of the common pool, so it must not block, each time an attempt of a unary call is not
 *     answered for {@link #SILENCE}; not of the calls that open a cut stream again
 */
public record ClientConfig(
        Duration callTimeout,
        Backoff calls,
        Backoff streams,
        Sleeper sleeper,
        RandomGenerator random,
        Optional<Runnable> onSilence) {
    /** Longer than a call takes on a server that is well. */
    public static final Duration SILENCE = Duration.ofSeconds(3);

    public ClientConfig {
        if (!callTimeout.isPositive()) {
            throw new IllegalArgumentException("no time for a call: " + callTimeout);
        }
    }

    public ClientConfig(Duration callTimeout, Backoff calls, Backoff streams, Sleeper sleeper, RandomGenerator random) {
        this(callTimeout, calls, streams, sleeper, random, Optional.empty());
    }

    public ClientConfig onSilence(Runnable told) {
        return new ClientConfig(callTimeout, calls, streams, sleeper, random, Optional.of(told));
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
