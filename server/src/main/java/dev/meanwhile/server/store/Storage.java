package dev.meanwhile.server.store;

/**
 * The store of one server. Both methods block until done and may be called from any thread but the store's own.
 *
 * <p>Work is re-runnable: it may be run again after a rollback, so it changes nothing but the transaction. It does no
 * I/O, logs nothing and waits for nothing. A {@link dev.meanwhile.server.domain.Refusal} thrown before anything was
 * written ends the work without touching its neighbours in the same commit.
 */
public interface Storage extends AutoCloseable {

    /** What is done in a transaction. */
    @FunctionalInterface
    interface Work<T extends @org.jspecify.annotations.Nullable Object> {
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
    <T extends @org.jspecify.annotations.Nullable Object> T inTransaction(Caller caller, Work<T> work);

    /** Runs the work on a consistent snapshot of what is committed; it must write nothing. */
    <T extends @org.jspecify.annotations.Nullable Object> T read(Work<T> work);

    /**
     * Whether users' commands can be written. Once one could not, each call tries a write as large as any of theirs:
     * a full disk still takes small ones now and then.
     */
    boolean writable();

    @Override
    void close();
}
