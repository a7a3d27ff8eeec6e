package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.queue.Claims;
import dev.meanwhile.server.queue.Claims.Claimed;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.telemetry.GuideLog;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Claims for all free slots whenever there may be something to claim: after a commit, a freed slot, a due retry. */
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
    private boolean stopped;
    private long iterations;
    private Instant lastLine;

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
        @Nullable Instant next = null;
        while (await(next)) {
            try {
                next = runOnce();
            } catch (Refusal refusal) {
                next = clock.instant().plus(STORE_RETRY); // the store is full or in trouble, and says so itself
            } catch (RuntimeException e) {
                ServiceLog.unexpected("claiming", e);
                next = clock.instant().plus(STORE_RETRY);
            }
        }
    }

    /** One claim; returns when the next one is due without being woken, null = never. */
    @Nullable
    Instant runOnce() {
        Claimed claimed = storage.inTransaction(Caller.SERVICE, tx -> claims.claim(tx, slots.free()));
        for (Lease lease : claimed.leases()) {
            slots.take(lease);
            start.accept(lease);
        }
        iterations++;
        Instant now = clock.instant();
        boolean waits = claimed.high() + claimed.low() > 0;
        boolean shown = iterations % ITERATIONS_PER_LINE == 0 || waits && !now.isBefore(lastLine.plus(WAIT_PER_LINE));
        GuideLog.iteration(iterations, claimed.high(), claimed.low(), shown);
        if (shown || !waits) {
            lastLine = now;
        }
        if (claimed.more()) {
            return now;
        }
        Instant line = waits ? lastLine.plus(WAIT_PER_LINE) : null;
        Instant due = claimed.nextDue();
        return due == null || line != null && line.isBefore(due) ? line : due;
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

    void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until woken or until that time; false = stopped. */
    private boolean await(@Nullable Instant until) {
        lock.lock();
        try {
            while (!woken && !stopped) {
                if (until == null) {
                    changed.awaitUninterruptibly();
                } else {
                    long millis = Duration.between(clock.instant(), until).toMillis();
                    if (millis <= 0 || !changed.await(millis, TimeUnit.MILLISECONDS)) {
                        break;
                    }
                }
            }
            woken = false;
            return !stopped;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }
}
