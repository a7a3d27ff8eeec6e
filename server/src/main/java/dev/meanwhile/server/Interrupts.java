package dev.meanwhile.server;

import dev.meanwhile.server.telemetry.Logging;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Ctrl-C: the first one ends the server in order and says so, the second one ends it at once. The JVM by itself would
 * not hear the second one.
 */
final class Interrupts {
    /** As shells tell of a program that SIGINT ended. */
    private static final int INTERRUPTED = 130;

    private static final String SAFE = "nothing is lost, running answers are taken back at the next start";
    private final Server server;
    private final AtomicInteger heard = new AtomicInteger();

    private Interrupts(Server server) {
        this.server = server;
    }

    static void handle(Server server) {
        Interrupts interrupts = new Interrupts(server);
        try {
            Signal.handle(new Signal("INT"), signal -> interrupts.hear());
        } catch (IllegalArgumentException e) {
            // Java was told to leave signals alone (-Xrs).
        }
    }

    private void hear() {
        if (heard.getAndIncrement() > 0) {
            say("stopped at once; " + SAFE);
            Runtime.getRuntime().halt(INTERRUPTED);
        }
        say(first(server.running(), server.patience()));
        // It returns only with the end of the process, and this thread must hear the next signal.
        Thread.ofPlatform().name("stop").start(() -> System.exit(0));
    }

    static String first(int running, Duration patience) {
        String finishing = running == 0
                ? ""
                : ": finishing " + running + (running == 1 ? " answer" : " answers") + ", up to "
                        + Math.max(1, patience.toSeconds()) + " s";
        return "stopping" + finishing + "; Ctrl-C again to stop now (" + SAFE + ")";
    }

    private static void say(String words) {
        Logging.flush();
        System.err.println("meanwhile: " + words);
    }
}
