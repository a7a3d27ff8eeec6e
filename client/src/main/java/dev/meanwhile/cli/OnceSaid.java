package dev.meanwhile.cli;

import java.util.concurrent.atomic.AtomicBoolean;

/** A word about a wait that is worth saying once in a command, however often it comes up. */
final class OnceSaid implements Runnable {
    private final Screen screen;
    private final String word;
    private final AtomicBoolean said = new AtomicBoolean();

    OnceSaid(Screen screen, String word) {
        this.screen = screen;
        this.word = word;
    }

    @Override
    public void run() {
        if (!said.getAndSet(true)) {
            screen.status(word);
        }
    }
}
