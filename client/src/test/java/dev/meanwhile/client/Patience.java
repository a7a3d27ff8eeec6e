package dev.meanwhile.client;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;

/** Waits for nothing and keeps what it was asked to wait. */
final class Patience implements Sleeper {
    final List<Duration> asked = new CopyOnWriteArrayList<>();

    @Override
    public void sleep(Duration duration) {
        asked.add(duration);
    }

    ClientConfig config() {
        return config(Duration.ofSeconds(30));
    }

    ClientConfig config(Duration callTimeout) {
        return new ClientConfig(callTimeout, Backoff.ofCalls(), Backoff.ofStreams(), this, new SplittableRandom(7));
    }
}
