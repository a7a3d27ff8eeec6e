package dev.meanwhile.server.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

/** Time is a number here, so each beat comes at an exact one. */
final class HeartbeatsTest {
    private static final long INTERVAL = 15;
    private final List<Long> beats = new ArrayList<>();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long now;
    private boolean open = true;

    private record Task(long time, Runnable run) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return Long.compare(time, other.time);
        }
    }

    /** Once a heartbeat itself counted as news, so that only every second one came. */
    @Test
    void aSilentStreamBeatsOncePerInterval() {
        keep();
        runUntil(75);
        assertEquals(List.of(15L, 30L, 45L, 60L, 75L), beats);
    }

    /** Once the interval was not counted from the last entry, so that up to two passed in silence. */
    @Test
    void theIntervalCountsFromWhatWasSentLast() {
        Silence silence = keep();
        runUntil(4);
        silence.broken();
        runUntil(10);
        silence.broken();
        runUntil(40);
        assertEquals(List.of(25L, 40L), beats);
    }

    @Test
    void aClosedStreamBeatsNoMoreAndIsForgotten() {
        keep();
        runUntil(20);
        open = false;
        runUntil(100);
        assertEquals(List.of(15L), beats);
        assertEquals(0, tasks.size());
    }

    private Silence keep() {
        Silence silence = new Silence(() -> now);
        Heartbeats heartbeats =
                new Heartbeats(Duration.ofNanos(INTERVAL), (nanos, task) -> tasks.add(new Task(now + nanos, task)));
        heartbeats.keep(
                silence,
                () -> {
                    beats.add(now);
                    silence.broken();
                },
                () -> open);
        return silence;
    }

    private void runUntil(long time) {
        while (!tasks.isEmpty() && tasks.peek().time() <= time) {
            Task task = tasks.remove();
            now = task.time();
            task.run().run();
        }
        now = time;
    }
}
