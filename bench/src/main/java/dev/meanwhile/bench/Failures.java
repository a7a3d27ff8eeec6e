package dev.meanwhile.bench;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps what failed: a figure with failed calls in it is none. */
final class Failures {
    private final Queue<Throwable> all = new ConcurrentLinkedQueue<>();

    void add(Throwable thrown) {
        all.add(thrown);
    }

    void check() {
        Throwable first = all.peek();
        if (first != null) {
            throw new IllegalStateException(all.size() + " calls failed, the first: " + first, first);
        }
    }
}
