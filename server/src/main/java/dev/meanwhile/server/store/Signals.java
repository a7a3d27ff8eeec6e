package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.LogEntry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hints that something was committed: listeners look into the store again. Raised by after-commit callbacks;
 * listeners must not block. Nothing depends on a signal arriving more than once or carrying anything: news only spare
 * a read.
 */
public final class Signals {

    /** Ends a subscription; idempotent. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** What a commit brought to a session's log: consecutive entries of one message. */
    public record News(long messageKey, List<LogEntry> entries) {}

    private final Map<Long, List<Consumer<@Nullable News>>> bySession = new ConcurrentHashMap<>();
    private final Map<String, List<LongConsumer>> byWorkspace = new ConcurrentHashMap<>();
    private final List<Runnable> forPurge = new CopyOnWriteArrayList<>();

    /** Called when the session's log or its end state changed; with the news if they are all that changed. */
    public Subscription onSession(long session, Consumer<@Nullable News> listener) {
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
        sessionChanged(session, workspace, () -> null);
    }

    /** As above; the news are asked for only if somebody listens. */
    public void sessionChanged(long session, String workspace, Supplier<@Nullable News> news) {
        List<Consumer<@Nullable News>> listeners = bySession.getOrDefault(session, List.of());
        if (!listeners.isEmpty()) {
            News brought = news.get();
            listeners.forEach(listener -> listener.accept(brought));
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
