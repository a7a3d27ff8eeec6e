package dev.meanwhile.server.soak;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.soak.Tail.Cursor;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 at random moments under load loses nothing that was acknowledged, changes nothing that was read, and leaves
 * nothing stuck; nor does a power cut at such a moment.
 *
 * <p>A round counts only with at least 100 acknowledgements in the second before the kill, an answer that was cut
 * after chunks that a reader had, and a message that was queued.
 *
 * <p>Seen red with: answers before COMMIT; no attempt_reset; a log rewritten in place by the next attempt; running
 * work not taken back; request ids not looked up; a heartbeat ahead of its stream; a stream that begins one entry late
 * or early; a cancellation that is not stored; power cuts with SQLite's synchronous = NORMAL, and with a database
 * file that checkpoints do not sync.
 */
final class KillTest {
    @TempDir
    Path folder;

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void p1p3p4TwoKillsLoseAndChangeNothing() throws Exception {
        prove(new KillSize(2, 32, 24, 200, 200), null);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 12, unit = TimeUnit.MINUTES)
    void p1p3p4FiftyKillsLoseAndChangeNothing() throws Exception {
        prove(new KillSize(50, 64, 48, 250, 400), null);
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void p1p3p4TwoPowerCutsLoseAndChangeNothing() throws Exception {
        cutPower(new KillSize(2, 32, 24, 200, 200));
    }

    @Test
    @Tag("soak")
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void p1p3p4FiftyPowerCutsLoseAndChangeNothing() throws Exception {
        PowerCut power = cutPower(new KillSize(50, 64, 48, 250, 400));
        assertTrue(power.cutsWithLoss() > 0, "nothing was ever lost, so nothing was proven");
    }

    private PowerCut cutPower(KillSize size) throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed of the power cuts " + seed);
        PowerCut power = PowerCut.in(folder, ServerProcess.data(folder), new Random(seed));
        prove(size, power);
        System.out.println(power.text());
        return power;
    }

    private void prove(KillSize size, @Nullable PowerCut power) throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        try (KillRun run = new KillRun(folder, size, seed, power)) {
            KillFigures figures = run.run();
            for (Cursor kind : Cursor.values()) {
                assertTrue(figures.resumed(kind) >= size.rounds(), "readers resumed from " + kind);
            }
        }
    }
}
