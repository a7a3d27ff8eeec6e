package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.responses.FencedException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A full disk does not end an answer: its work is tried each second until it is done or the message is stopped. */
final class StoreRetry {
    private static final long SECONDS = 1;

    /** Troubles of the store that pass by themselves. */
    private static final Set<Refusal.Reason> PASSING =
            EnumSet.of(Refusal.Reason.STORAGE_UNAVAILABLE, Refusal.Reason.STORAGE_BUSY, Refusal.Reason.CALL_TIMEOUT);

    private StoreRetry() {}

    static boolean passes(Refusal refusal) {
        return PASSING.contains(refusal.reason());
    }

    /**
     * Returns when it is done.
     *
     * @param onTrouble hears each time why it must be tried again, and may end that with an exception
     */
    static void run(Lease lease, Runnable work, Consumer<Refusal> onTrouble) throws InterruptedException {
        var unused = get(
                lease,
                () -> {
                    work.run();
                    return true;
                },
                onTrouble);
    }

    /** As {@link #run}, with a result. */
    static <T> T get(Lease lease, Supplier<T> work, Consumer<Refusal> onTrouble) throws InterruptedException {
        while (true) {
            try {
                return work.get();
            } catch (Refusal refusal) {
                if (!passes(refusal)) {
                    throw refusal;
                }
                onTrouble.accept(refusal);
                if (lease.stop().raised()) {
                    throw new FencedException(lease);
                }
                TimeUnit.SECONDS.sleep(SECONDS);
            }
        }
    }

    /** Tells of the first trouble of a write; the others are the same, a second later. */
    static Consumer<Refusal> once(Runnable tell) {
        AtomicBoolean told = new AtomicBoolean();
        return refusal -> {
            if (!told.getAndSet(true)) {
                tell.run();
            }
        };
    }
}
