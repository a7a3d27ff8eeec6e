package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.queue.Claims;
import dev.meanwhile.server.queue.Claims.Claimed;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.GuideLog;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Claims for all free slots whenever there may be something to claim. Work that a commit brings is claimed in that
 * same commit; this loop claims when a slot is freed or a retry is due.
 */
final class ClaimLoop implements Runnable {
    private static final int ITERATIONS_PER_LINE = 100;
    private static final Duration WAIT_PER_LINE = Duration.ofSeconds(10);
    private static final Duration STORE_RETRY = Duration.ofSeconds(1);
    private final Storage storage;
    private final Claims claims;
    private final Slots slots;
    private final Clock clock;
    private final Consumer<Lease> start;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean woken = true;
    private @Nullable Instant next;
    private long iterations;
    private Instant lastLine;
    private volatile boolean stopped;

    /** @param start runs a claimed lease and returns at once */
    ClaimLoop(Storage storage, Claims claims, Slots slots, Clock clock, Consumer<Lease> start) {
        this.storage = storage;
        this.claims = claims;
        this.slots = slots;
        this.clock = clock;
        this.start = start;
        this.lastLine = clock.instant();
    }

    @Override
    public void run() {
        GuideLog.workerStarting();
        storage.rideAlong(this::claim, this::rode);
        while (await()) {
            try {
                runOnce();
            } catch (Refusal refusal) {
                retryLater(); // the store is full or in trouble, and says so itself
            } catch (RuntimeException e) {
                ServiceLog.unexpected("claiming", e);
                retryLater();
            }
        }
    }

    /** One claim, in a commit of its own. */
    void runOnce() {
        claimed(storage.inTransaction(Caller.SERVICE, this::claim));
    }

    private Claimed claim(Transaction tx) {
        if (stopped) {
            return Claimed.NOTHING;
        }
        Claimed claimed = claims.claim(tx, slots.free());
        // Now, so that the next claim, perhaps in this very commit, does not give them once more.
        claimed.leases().forEach(slots::take);
        tx.onRollback(() -> claimed.leases().forEach(slots::giveBack));
        return claimed;
    }

    private void rode(@Nullable Claimed claimed) {
        if (claimed == null) {
            wake();
        } else {
            claimed(claimed);
        }
    }

    private void claimed(Claimed claimed) {
        claimed.leases().forEach(start);
        lock.lock();
        try {
            iterations++;
            Instant now = clock.instant();
            boolean waits = claimed.high() + claimed.low() > 0;
            boolean shown =
                    iterations % ITERATIONS_PER_LINE == 0 || waits && !now.isBefore(lastLine.plus(WAIT_PER_LINE));
            GuideLog.iteration(iterations, claimed.high(), claimed.low(), shown);
            if (shown || !waits) {
                lastLine = now;
            }
            // The earliest of all: a claim of a later commit may have been told of before this one.
            next = earlier(next, earlier(claimed.nextDue(), waits ? lastLine.plus(WAIT_PER_LINE) : null));
            woken |= claimed.more();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other != null && other.isBefore(one) ? other : one;
    }

    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** From the next commit on nothing is claimed. */
    void stop() {
        stopped = true;
        wake();
    }

    private void retryLater() {
        lock.lock();
        try {
            next = earlier(next, clock.instant().plus(STORE_RETRY));
        } finally {
            lock.unlock();
        }
    }

    /** Waits until woken or until the next claim is due; false = stopped. */
    private boolean await() {
        lock.lock();
        try {
            while (!woken && !stopped) {
                if (next == null) {
                    changed.awaitUninterruptibly();
                    continue;
                }
                long nanos = Duration.between(clock.instant(), next).toNanos();
                if (nanos <= 0) {
                    break;
                }
                changed.awaitNanos(nanos);
            }
            woken = false;
            next = null;
            return !stopped;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }
}
