package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.responses.Heartbeats;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Opens watches over workspaces, and gives each its heartbeat and, when the server ends, its orderly end. */
public final class WorkspaceWatches implements AutoCloseable {
    private final Storage storage;
    private final Signals signals;
    private final Heartbeats heartbeats;
    private final Executor executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<WorkspaceWatcher> open = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    public WorkspaceWatches(Storage storage, Signals signals, Duration heartbeat) {
        this.storage = storage;
        this.signals = signals;
        this.heartbeats = new Heartbeats(heartbeat, "watch-heartbeats");
    }

    public WorkspaceWatcher open(String workspace, WatchSink sink) {
        WorkspaceWatcher watcher = new WorkspaceWatcher(storage, workspace, sink, executor, open::remove);
        open.add(watcher);
        watcher.listen(signals);
        if (draining) {
            watcher.drain(); // it came in between
        }
        heartbeats.keep(watcher.silence(), watcher::beat, () -> open.contains(watcher));
        watcher.wake();
        return watcher;
    }

    /** Ends all watches in order. */
    public void drain() {
        draining = true;
        open.forEach(WorkspaceWatcher::drain);
    }

    @Override
    public void close() {
        heartbeats.close();
    }
}
