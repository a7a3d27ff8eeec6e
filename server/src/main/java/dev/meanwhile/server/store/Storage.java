package dev.meanwhile.server.store;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The store of one server. {@link #inTransaction} and {@link #read} block until done and may be called from any thread
 * but the store's own.
 *
 * <p>Work is re-runnable: it may be run again after a rollback, so it changes nothing but the transaction, or takes it
 * back with {@link Transaction#onRollback}. It does no I/O, logs nothing and waits for nothing. A
 * {@link dev.meanwhile.server.domain.Refusal} thrown before anything was written ends the work without touching its
 * neighbours in the same commit.
 */
public interface Storage extends AutoCloseable {

    /** What is done in a transaction. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run(Transaction tx);
    }

    /** Who asks: users are refused when too many commands wait, the service's own work has room of its own. */
    enum Caller {
        USER,
        SERVICE
    }

    /**
     * Runs the work on the writer's thread, in one commit with whatever else waits, and returns when that commit is
     * on disk.
     *
     * @throws dev.meanwhile.server.domain.Refusal as thrown by the work; STORAGE_BUSY if the queue is full;
     *     CALL_TIMEOUT if the wait was too long; STORAGE_UNAVAILABLE if nothing can be written
     */
    <T extends @Nullable Object> T inTransaction(Caller caller, Work<T> work);

    /** As {@link #inTransaction} for a user, without waiting; what it throws there is what the answer fails with here. */
    <T extends @Nullable Object> CompletableFuture<T> begin(Work<T> work);

    /** Runs the work on a consistent snapshot of what is committed; it must write nothing. */
    <T extends @Nullable Object> T read(Work<T> work);

    /**
     * What runs last in each commit in which work called {@link Transaction#workAvailable}, so that it needs no commit
     * of its own; with its result that commit's answers leave.
     *
     * @param after as an after-commit callback; null if the commit had to go without
     */
    <T> void rideAlong(Work<T> work, Consumer<@Nullable T> after);

    /** Runs a short task on a thread on which {@link #read} runs at once. */
    void onReader(Runnable task);

    /**
     * Whether users' commands can be written. Once one could not, each call tries a write as large as any of theirs:
     * a full disk still takes small ones now and then.
     */
    boolean writable();

    @Override
    void close();
}
