package dev.meanwhile.cli;

import java.util.function.Supplier;

/** While something waits, an interrupt (Ctrl-C) or a SIGTERM ends the program with a word on how to go on. */
final class InterruptHint {
    private InterruptHint() {}

    /** What waits. */
    interface Waiting<T> {
        T run() throws InterruptedException;
    }

    static <T> T during(Screen screen, Supplier<String> words, Waiting<T> waiting) throws InterruptedException {
        Thread hook = new Thread(() -> screen.shut(words.get()), "interrupt-hint");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return waiting.run();
        } finally {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The program is ending already, maybe before its hook has come to say so: the wait may be over only
                // because of that, and nobody is to be told what came of it.
                screen.shut(words.get());
            }
        }
    }
}
