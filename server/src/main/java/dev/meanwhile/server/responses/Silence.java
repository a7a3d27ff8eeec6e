package dev.meanwhile.server.responses;

import java.util.function.LongSupplier;

/** How long a stream has sent nothing, heartbeats included. */
public final class Silence {
    private final LongSupplier nanoTime;
    private volatile long since;

    public Silence() {
        this(System::nanoTime);
    }

    Silence(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /** Something was sent. */
    public void broken() {
        since = nanoTime.getAsLong();
    }

    /** How much longer it must last to have lasted that long; 0 or less = it has. */
    long nanosUntil(long nanos) {
        return nanos - (nanoTime.getAsLong() - since);
    }
}
