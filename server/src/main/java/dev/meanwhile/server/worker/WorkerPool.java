package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.server.queue.Claims;
import dev.meanwhile.server.queue.MessageQueue;
import dev.meanwhile.server.queue.ModelHolds;
import dev.meanwhile.server.queue.RunningLeases;
import dev.meanwhile.server.responses.Fence;
import dev.meanwhile.server.responses.ResponseLog;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The workers of this server: starts by taking back what ran before, ends by finishing or handing back. */
public final class WorkerPool {
    private final Storage storage;
    private final MessageQueue queue;
    private final Claims claims;
    private final RunningLeases leases;
    private final ModelHolds holds;
    private final Slots slots;
    private final MessageRunner runner;
    private final ClaimLoop loop;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition slotFreed = lock.newCondition();

    public WorkerPool(
            Storage storage,
            MessageQueue queue,
            Claims claims,
            RunningLeases leases,
            ModelHolds holds,
            ResponseLog log,
            List<RunnableModel> models,
            WorkerConfig config,
            Clock clock) {
        this.storage = storage;
        this.queue = queue;
        this.claims = claims;
        this.leases = leases;
        this.holds = holds;
        this.slots = new Slots(models.stream().map(RunnableModel::info).toList());
        Map<String, RunnableModel> byName =
                models.stream().collect(Collectors.toMap(model -> model.info().name(), Function.identity()));
        this.loop = new ClaimLoop(storage, claims, slots, clock, this::start);
        RetryPolicy retries = new RetryPolicy(config.retryFor(), config.retryDelays());
        this.runner = new MessageRunner(storage, log, queue, byName, config, retries, holds, loop::wake);
        this.thread = Thread.ofPlatform().name("claim-loop").unstarted(loop);
    }

    /** Takes back what ran when the last server ended, then claims. */
    public void start() {
        long after = 0;
        do {
            long from = after;
            after = storage.inTransaction(Caller.SERVICE, tx -> claims.takeBackRunning(tx, from));
        } while (after != 0);
        queue.countChannels(storage.read(tx -> tx.heads().count()));
        if (storage.read(Claims::paused)) {
            ServiceLog.paused();
        }
        thread.start();
    }

    /**
     * Stops claiming, lets what runs go on for that time, and hands the rest back.
     *
     * @param rest how long is waited then for calls that do not end at once
     */
    public void drain(Duration patience, Duration rest) throws InterruptedException {
        loop.stop();
        thread.join();
        awaitClaims();
        awaitIdle(patience);
        for (Lease lease : leases.all()) {
            try {
                handBack(lease);
            } catch (Refusal refusal) {
                lease.stop().raise(); // the store takes nothing now: the next start takes the message back
            }
        }
        awaitIdle(rest);
    }

    /** Answers that run. */
    public int running() {
        return slots.inUse();
    }

    private void start(Lease lease) {
        Thread.ofVirtual().name("message-" + lease.messageId()).start(() -> {
            try {
                runner.run(lease);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                ServiceLog.unexpected(
                        "the end of message " + lease.messageId() + ", which the next start takes back", e);
            } finally {
                leases.released(lease);
                holds.released(lease);
                slots.giveBack(lease);
                loop.wake();
                tellSlotFreed();
            }
        });
    }

    private void handBack(Lease lease) {
        Failed why = new Failed(FailureReason.WORKER_LOST, "the server was stopped", lease.attempt());
        storage.inTransaction(Caller.SERVICE, tx -> {
            Fence.Passed passed = Fence.tryPass(tx, lease);
            if (passed != null) {
                tx.sessions()
                        .save(queue.takeBack(
                                tx,
                                passed.session(),
                                passed.message(),
                                passed.message().faults(),
                                why));
                tx.afterCommit(() -> ServiceLog.handedBack(lease.sessionId(), lease.attempt()));
            }
            return null;
        });
        lease.stop().raise();
    }

    /** Afterwards every lease that was claimed is known. */
    private void awaitClaims() {
        try {
            storage.inTransaction(Caller.SERVICE, tx -> true);
        } catch (Refusal refusal) {
            // The store takes nothing now, so it has granted nothing either.
        }
    }

    private void awaitIdle(Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (slots.inUse() > 0 && left > 0) {
                left = slotFreed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void tellSlotFreed() {
        lock.lock();
        try {
            slotFreed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
