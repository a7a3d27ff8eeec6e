package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.store.jdbc.Command.Ran;
import dev.meanwhile.server.telemetry.Metrics;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes: takes the commands that wait, runs them in one transaction, commits, and hands the
 * commit to the announcer.
 */
final class Writer implements Runnable {
    private final Database database;
    private final Clock clock;
    private final int batchSize;
    private final BlockingQueue<Command<?>> queue = new LinkedBlockingQueue<>();
    private final Semaphore userRoom;
    private final Semaphore serviceRoom;
    private final Announcer announcer;
    private final Checkpoints checkpoints;
    private final Metrics metrics;
    private final Consumer<Throwable> fatal;
    private final Thread thread = Thread.ofPlatform().name("store-writer").unstarted(this);
    private JdbcTransaction tx;
    private volatile @Nullable Rider<?> rider;
    private volatile boolean stopped;
    private volatile boolean writable = true;
    private volatile boolean damaged;

    Writer(
            Database database,
            Clock clock,
            StoreConfig config,
            Announcer announcer,
            Checkpoints checkpoints,
            Metrics metrics,
            Consumer<Throwable> fatal) {
        this.database = database;
        this.clock = clock;
        this.batchSize = config.writerBatch();
        this.userRoom = new Semaphore(config.writerQueue());
        this.serviceRoom = new Semaphore(config.writerQueue());
        this.announcer = announcer;
        this.checkpoints = checkpoints;
        this.metrics = metrics;
        this.fatal = fatal;
        this.tx = JdbcTransaction.ofWriter(database.openWriter(), clock);
    }

    void start() {
        thread.start();
    }

    /** False once a commit could not be written, until {@link #written}. */
    boolean writable() {
        return writable;
    }

    /** The file itself was found damaged: nothing is written any more, since it could overwrite what is still good. */
    boolean damaged() {
        return damaged;
    }

    /** As much was written as any command needs. */
    void written() {
        if (!writable) {
            writable = true;
            ServiceLog.storageBack();
        }
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** What rides in commits that bring work, see {@link dev.meanwhile.server.store.Storage#rideAlong}. */
    void rideAlong(Rider<?> rider) {
        this.rider = rider;
    }

    /** Queues a command; a user's is refused when too many wait, the service's own waits for room. */
    void submit(Command<?> command) throws InterruptedException {
        if (damaged) {
            throw Refusal.storageUnavailable();
        }
        if (command.caller() == Caller.SERVICE) {
            serviceRoom.acquire();
        } else if (!userRoom.tryAcquire()) {
            throw Refusal.storageBusy();
        }
        queue.add(command);
        if (stopped) {
            refuseWaiting();
        }
    }

    /** Runs what was queued before, then ends. */
    void stop() throws InterruptedException {
        stopped = true;
        thread.interrupt();
        thread.join();
        refuseWaiting();
        tx.close();
    }

    @Override
    public void run() {
        try {
            runBatches();
        } catch (RuntimeException | Error e) {
            fatal.accept(e); // everybody would wait for it for ever
        }
    }

    private void runBatches() {
        List<Command<?>> batch = new ArrayList<>(batchSize);
        while (!stopped || !queue.isEmpty()) {
            try {
                batch.add(queue.take());
            } catch (InterruptedException e) {
                continue; // stopped is set: run what is left
            }
            giveRoomBack(batch.getFirst());
            runBatch(batch);
            batch.clear();
            checkpoints.afterCommit(tx);
        }
    }

    /** Takes what waits; whether anything did. */
    private boolean fill(List<Command<?>> batch) {
        int taken = batch.size();
        queue.drainTo(batch, batchSize - taken);
        batch.subList(taken, batch.size()).forEach(this::giveRoomBack);
        return batch.size() > taken;
    }

    private void giveRoomBack(Command<?> command) {
        (command.caller() == Caller.USER ? userRoom : serviceRoom).release();
    }

    private void runBatch(List<Command<?>> batch) {
        if (damaged) {
            batch.forEach(this::runAlone); // they waited when it was found
            return;
        }
        List<Ran> ran;
        try {
            // What comes while the batch runs belongs to it: the larger a commit, the cheaper each command in it.
            ran = commit(batch, () -> fill(batch), rider);
        } catch (RuntimeException | Error e) {
            // One of them failed, or the commit did: nothing of the batch is kept, and each has its own try.
            List.copyOf(batch).forEach(this::runAlone);
            reopen();
            return;
        }
        announce(ran); // out of the try: what is committed must not run again
    }

    private void runAlone(Command<?> command) {
        List<Ran> ran;
        if (damaged) {
            ran = List.of(command.refuse(Refusal.storageUnavailable()));
        } else {
            reopen();
            try {
                ran = commit(List.of(command), () -> false, null);
            } catch (RuntimeException | Error failure) {
                endIfUnsafe(failure);
                ran = List.of(command.refuse(failure));
            }
        }
        announce(ran);
    }

    /**
     * What is to be told of it.
     *
     * @param more adds commands; whether it did
     * @param riding null if the commit must go without, so that its trouble is not that of the commands
     */
    private List<Ran> commit(List<Command<?>> commands, BooleanSupplier more, @Nullable Rider<?> riding) {
        long begin = System.nanoTime();
        List<Ran> ran = new ArrayList<>(commands.size());
        tx.control("BEGIN IMMEDIATE");
        for (int i = 0; i < commands.size() || more.getAsBoolean(); i++) {
            Command<?> command = commands.get(i);
            if (command.abandoned()) {
                continue;
            }
            tx.startCommand();
            try {
                ran.add(command.run(tx));
            } catch (Refusal refusal) {
                if (tx.wrote()) {
                    throw refusal; // a refusal writes nothing, so take it back
                }
                ran.add(command.refuse(refusal));
            } finally {
                tx.endCommand();
            }
        }
        int commandsRan = ran.size();
        if (tx.broughtWork()) {
            if (riding != null) {
                tx.startCommand();
                ran.add(riding.ride(tx));
            } else if (rider != null) {
                ran.add(rider.leftOut());
            }
        }
        try {
            tx.flush();
            tx.control("COMMIT");
        } catch (StorageException e) {
            endIfUnsafe(e);
            throw e;
        }
        tx.committed();
        metrics.commit(commandsRan, Duration.ofNanos(System.nanoTime() - begin));
        return ran;
    }

    /** Here if nothing else waits, which spares the way to another thread; else beside the next commit. */
    private void announce(List<Ran> ran) {
        if (queue.isEmpty()) {
            announcer.announceNow(ran);
        } else {
            announcer.announce(ran);
        }
    }

    /** After a failed write or fsync nobody knows what is on disk: only a new start can tell. */
    private void endIfUnsafe(Throwable failure) {
        if (failure instanceof StorageException e && e.ioError()) {
            fatal.accept(e);
        } else if (failure instanceof StorageException e && e.corrupt() && !damaged) {
            damaged = true;
            writable = false;
            ServiceLog.storageUnavailable("the database is damaged and nothing more is written to it");
        } else if (failure instanceof StorageException e && e.diskFull() && writable) {
            writable = false;
            ServiceLog.storageUnavailable(e.words());
        }
    }

    private void reopen() {
        tx.rolledBack();
        try {
            tx.close();
            tx = JdbcTransaction.ofWriter(database.openWriter(), clock);
        } catch (StorageException e) {
            fatal.accept(e);
        }
    }

    private void refuseWaiting() {
        for (Command<?> command = queue.poll(); command != null; command = queue.poll()) {
            command.refuse(Refusal.draining()).announce().run(); // no callbacks, so no order to keep
        }
    }
}
