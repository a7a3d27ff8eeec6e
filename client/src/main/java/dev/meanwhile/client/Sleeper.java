package dev.meanwhile.client;

import java.time.Duration;

/** Waits; tests put one in that does not. */
@FunctionalInterface
public interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
}
