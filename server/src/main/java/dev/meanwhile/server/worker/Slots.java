package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.queue.Claims.Free;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts the slots in use by model; an answer counts as it was claimed, whatever its session becomes meanwhile. */
final class Slots {
    private final List<ModelInfo> models;
    private final Map<String, Integer> running = new HashMap<>();
    private final Map<String, Integer> runningLow = new HashMap<>();

    Slots(List<ModelInfo> models) {
        this.models = List.copyOf(models);
    }

    synchronized Map<String, Free> free() {
        Map<String, Free> free = new TreeMap<>();
        for (ModelInfo model : models) {
            int slots = model.workers() - running.getOrDefault(model.name(), 0);
            int low = model.openToLow() - runningLow.getOrDefault(model.name(), 0);
            free.put(model.name(), new Free(slots, Math.max(0, low)));
        }
        return free;
    }

    synchronized void take(Lease lease) {
        add(lease, 1);
    }

    synchronized void giveBack(Lease lease) {
        add(lease, -1);
    }

    synchronized int inUse() {
        return running.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void add(Lease lease, int delta) {
        running.merge(lease.model(), delta, Integer::sum);
        if (lease.lane() == Priority.LOW) {
            runningLow.merge(lease.model(), delta, Integer::sum);
        }
    }
}
