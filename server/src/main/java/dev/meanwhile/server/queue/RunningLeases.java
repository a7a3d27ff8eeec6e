package dev.meanwhile.server.queue;

import dev.meanwhile.server.domain.Lease;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The leases held in this process. One enters in its claim's own after-commit callback, so that whatever ends the
 * message later finds its stop signal.
 */
public final class RunningLeases {
    private final Map<Long, Lease> byMessage = new ConcurrentHashMap<>();

    void granted(Lease lease) {
        byMessage.put(lease.messageKey(), lease);
    }

    /** Tells the worker that its message has ended without it. */
    void stop(long messageKey) {
        Lease lease = byMessage.get(messageKey);
        if (lease != null) {
            lease.stop().raise();
        }
    }

    /** The worker has closed its call. */
    public void released(Lease lease) {
        byMessage.remove(lease.messageKey(), lease);
    }

    public Collection<Lease> all() {
        return List.copyOf(byMessage.values());
    }
}
