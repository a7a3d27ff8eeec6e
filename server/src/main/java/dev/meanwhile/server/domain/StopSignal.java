package dev.meanwhile.server.domain;

import java.util.concurrent.CompletableFuture;

/** Tells a running attempt that its message has ended without it; raised once, never taken back. */
public final class StopSignal {
    private final CompletableFuture<Void> raised = new CompletableFuture<>();

    /** Raises the signal; runs what waits for it on this thread. */
    public void raise() {
        raised.complete(null);
    }

    public boolean raised() {
        return raised.isDone();
    }

    /** Runs the action when the signal is raised, at once if it was. The action must not block. */
    public void onRaise(Runnable action) {
        raised.thenRun(action);
    }
}
