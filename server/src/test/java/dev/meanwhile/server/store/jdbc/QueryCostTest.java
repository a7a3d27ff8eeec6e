package dev.meanwhile.server.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.queue.QueueRig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users and workers do costs the same however much waits, in instructions of SQLite's machine. */
final class QueryCostTest {
    /** Deeper trees compare a few keys more; a scan of what waits would be 100 times as much. */
    private static final double TOLERANCE = 1.3;

    @TempDir
    Path folder;

    /**
     * Caught: an index head_lane without its tag (the claim sorts the lane), counters replaced by count(*), and a
     * look-up of removed models that reads all heads.
     */
    @Test
    void claimSubmitSwitchCancelAndEndCostTheSameAtAnyDepth() {
        AtomicReference<CountingStorage> engine = new AtomicReference<>();
        try (QueueRig rig = QueueRig.on(
                clock -> {
                    engine.set(new CountingStorage(folder, clock));
                    return engine.get();
                },
                List.of("m"),
                List.of("m"))) {
            rig.session("mine", "front");
            rig.session("mine", "back");
            deepen(rig, 0, 30);
            Map<String, Long> shallow = costs(rig, engine.get());
            deepen(rig, 30, 3_000);
            Map<String, Long> deep = costs(rig, engine.get());
            shallow.forEach((what, cost) -> {
                long now = deep.getOrDefault(what, 0L);
                assertTrue(cost > 0 && now > 0, what + " was not measured");
                assertTrue(now < cost * TOLERANCE, what + " costs " + cost + " at depth 30 and " + now + " at 3,000");
            });
            assertEquals(9, deep.size());
        }
    }

    private static Map<String, Long> costs(QueueRig rig, CountingStorage engine) {
        Map<String, Long> costs = new LinkedHashMap<>();
        costs.put("switch", engine.cost(() -> rig.coordinator.activate("mine", "back")));
        rig.coordinator.activate("mine", "front");
        AtomicReference<String> message = new AtomicReference<>("");
        costs.put(
                "submit behind others",
                engine.cost(() ->
                        message.set(rig.submit("w0", "queue", Priority.LOW).id())));
        costs.put("cancel", engine.cost(() -> rig.cancellation.cancel("w0", message.get())));
        costs.put("submit as a head", engine.cost(() -> rig.submit("mine", "front", Priority.HIGH)));
        AtomicReference<Lease> lease = new AtomicReference<>();
        costs.put("claim HIGH", engine.cost(() -> lease.set(rig.claim(1, 1).getFirst())));
        costs.put("end", engine.cost(() -> rig.complete(lease.get(), List.of())));
        costs.put("claim LOW", engine.cost(() -> lease.set(rig.claim(1, 1).getFirst())));
        costs.put("retry", engine.cost(() -> rig.retry(lease.get(), Duration.ZERO)));
        costs.put("claim of nothing", engine.cost(() -> rig.claim(0, 0)));
        return costs;
    }

    /** Heads of many sessions and workspaces, and one session with as many queued messages. */
    private static void deepen(QueueRig rig, int from, int to) {
        if (from == 0) {
            rig.session("w0", "queue");
        }
        for (int i = from; i < to; i++) {
            rig.submitAlone("w" + i % 50, "s" + i, Priority.LOW);
            rig.submit("w0", "queue", Priority.LOW);
        }
    }
}
