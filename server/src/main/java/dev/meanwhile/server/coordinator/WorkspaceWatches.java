package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Opens watches over workspaces, and gives each its heartbeat and, when the server ends, its orderly end. */
public final class WorkspaceWatches implements AutoCloseable {
    private final Storage storage;
    private final Signals signals;
    private final long heartbeatMillis;
    private final Executor executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("watch-heartbeats").factory());
    private final Set<WorkspaceWatcher> open = ConcurrentHashMap.newKeySet();

    public WorkspaceWatches(Storage storage, Signals signals, Duration heartbeat) {
        this.storage = storage;
        this.signals = signals;
        this.heartbeatMillis = heartbeat.toMillis();
    }

    public WorkspaceWatcher open(String workspace, WatchSink sink) {
        WorkspaceWatcher watcher = new WorkspaceWatcher(storage, signals, workspace, sink, executor, open::remove);
        open.add(watcher);
        beatLater(watcher, 0);
        watcher.wake();
        return watcher;
    }

    /** Ends all watches in order. */
    public void drain() {
        open.forEach(WorkspaceWatcher::drain);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void beatLater(WorkspaceWatcher watcher, long seen) {
        timer.schedule(
                () -> {
                    if (open.contains(watcher)) {
                        long emissions = watcher.emissions();
                        if (emissions == seen) {
                            watcher.beat();
                        }
                        beatLater(watcher, emissions);
                    }
                },
                heartbeatMillis,
                TimeUnit.MILLISECONDS);
    }
}
