package dev.meanwhile.server.store;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/**
 * Hints that something was committed: listeners look into the store again. Raised by after-commit callbacks;
 * listeners must not block. Nothing depends on a signal arriving more than once or carrying anything.
 */
public final class Signals {

    /** Ends a subscription; idempotent. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    private final Map<Long, List<Runnable>> bySession = new ConcurrentHashMap<>();
    private final Map<String, List<LongConsumer>> byWorkspace = new ConcurrentHashMap<>();
    private final List<Runnable> forPurge = new CopyOnWriteArrayList<>();

    /** Called when the session's log or its end state changed. */
    public Subscription onSession(long session, Runnable listener) {
        return add(bySession, session, listener);
    }

    /** Called with the key of a session of the workspace that changed in any way. */
    public Subscription onWorkspace(String workspace, LongConsumer listener) {
        return add(byWorkspace, workspace, listener);
    }

    /** Called when a session was deleted and waits for its purge. */
    public Subscription onPurge(Runnable listener) {
        forPurge.add(listener);
        return () -> forPurge.remove(listener);
    }

    /** The session's log or end state changed, and so did its workspace. */
    public void sessionChanged(long session, String workspace) {
        for (Runnable listener : bySession.getOrDefault(session, List.of())) {
            listener.run();
        }
        workspaceChanged(session, workspace);
    }

    /** The session changed in a way that readers of its log can't see: a message was queued or claimed. */
    public void workspaceChanged(long session, String workspace) {
        for (LongConsumer listener : byWorkspace.getOrDefault(workspace, List.of())) {
            listener.accept(session);
        }
    }

    public void purgeAvailable() {
        forPurge.forEach(Runnable::run);
    }

    private static <K, L> Subscription add(Map<K, List<L>> listeners, K key, L listener) {
        listeners.compute(key, (k, list) -> {
            List<L> grown = list == null ? new CopyOnWriteArrayList<>() : list;
            grown.add(listener);
            return grown;
        });
        return () -> listeners.computeIfPresent(key, (k, list) -> {
            list.remove(listener);
            return list.isEmpty() ? null : list;
        });
    }
}
