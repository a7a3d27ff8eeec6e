package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.telemetry.Metrics;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/** SQLite in a data folder, for the one server that holds its lock. */
public final class JdbcStorage implements Storage {
    /** The database in its folder. */
    public static final String FILE_NAME = Database.FILE_NAME;

    private static final String PROBE = "probe";

    /** More than the largest command of a user writes. */
    private static final int PROBE_BYTES = 1 << 20;

    private final FolderLock lock;
    private final Database database;
    private final Writer writer;
    private final Readers readers;
    private final Announcer announcer;
    private final Checkpoints checkpoints;
    private final long timeoutMillis;
    private final Patience patience;

    private JdbcStorage(StoreConfig config, Clock clock, FolderLock lock, Metrics metrics, Consumer<Throwable> fatal) {
        this.lock = lock;
        this.database = new Database(config.dataFolder());
        database.create();
        if (config.restored()) {
            ServiceLog.restored(database.raiseGeneration());
        }
        this.timeoutMillis = config.callTimeout().toMillis();
        this.patience = new Patience(timeoutMillis);
        this.checkpoints = new Checkpoints(database);
        checkpoints.atStart();
        this.announcer = new Announcer();
        this.readers = new Readers(database, clock, config.readers());
        this.writer = new Writer(database, clock, config, announcer, checkpoints, metrics, fatal);
        readers.start();
        writer.start();
    }

    /**
     * Opens the store of a data folder, which is made if it is absent.
     *
     * @param fatal called when the process must end, since nobody knows what is on disk
     * @throws IllegalStateException if another server uses the folder, or a newer one has written it
     * @throws java.io.UncheckedIOException if the folder can't be used
     */
    public static JdbcStorage open(StoreConfig config, Clock clock, Metrics metrics, Consumer<Throwable> fatal) {
        FolderLock lock = FolderLock.take(config.dataFolder());
        try {
            return new JdbcStorage(config, clock, lock, metrics, fatal);
        } catch (StorageException | FlywayException e) {
            lock.close();
            throw new IllegalStateException(
                    "the database in " + config.dataFolder() + " can't be used (" + why(e)
                            + "); free the disk if it is full, restore a backup if the file is damaged, or choose"
                            + " another folder with --data",
                    e);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static String why(RuntimeException e) {
        boolean strange = e instanceof StorageException storage && storage.corrupt()
                || e instanceof FlywayException flyway
                        && flyway.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE;
        return strange
                ? FILE_NAME + " is not a database of Meanwhile, or is damaged"
                : String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public <T extends @Nullable Object> T inTransaction(Caller caller, Work<T> work) {
        mayWait(!writer.isCurrentThread() && !readers.isCurrentThread());
        Command<T> command = new Command<>(caller, work);
        try {
            writer.submit(command);
            return caller == Caller.USER
                    ? command.answer().get(timeoutMillis, TimeUnit.MILLISECONDS)
                    : command.answer().get();
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw failure(command.answer(), e);
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> begin(Work<T> work) {
        Command<T> command = new Command<>(Caller.USER, work);
        try {
            writer.submit(command);
        } catch (InterruptedException e) {
            throw failure(command.answer(), e);
        }
        patience.watch(command.answer());
        return command.answer().handle((value, failure) -> {
            if (failure != null) {
                throw failure instanceof TimeoutException ? Refusal.callTimeout() : failure(failure);
            }
            return value;
        });
    }

    @Override
    public <T extends @Nullable Object> T read(Work<T> work) {
        mayWait(!writer.isCurrentThread() && !readers.inRead());
        Command<T> command = new Command<>(Caller.USER, work);
        try {
            readers.submit(command);
            return command.answer().get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw failure(command.answer(), e);
        }
    }

    @Override
    public <T> void rideAlong(Work<T> work, Consumer<@Nullable T> after) {
        writer.rideAlong(new Rider<>(work, after));
    }

    @Override
    public void onReader(Runnable task) {
        readers.execute(task);
    }

    @Override
    public boolean writable() {
        if (writer.writable() || writer.damaged()) {
            return !writer.damaged();
        }
        try {
            inTransaction(Caller.SERVICE, tx -> {
                tx.settings().set(PROBE, "x".repeat(PROBE_BYTES));
                return true;
            });
            inTransaction(Caller.SERVICE, tx -> {
                tx.settings().set(PROBE, "");
                return true;
            });
            writer.written();
            return true;
        } catch (Refusal refusal) {
            return false;
        }
    }

    /** Bytes of the database's files. */
    public long fileBytes() {
        return database.fileBytes();
    }

    /**
     * Ends as {@link #close} does, and before it lets go of the folder rewrites the file without what was deleted.
     *
     * @throws IllegalStateException if there is no room for that; nothing is lost then
     */
    public void closeAndRewrite() {
        endWork();
        try (lock) {
            database.rewrite();
        } catch (StorageException e) {
            throw new IllegalStateException(
                    e.diskFull()
                            ? "the disk became full, so nothing was rewritten and nothing is lost; free some and run it"
                                    + " again"
                            : "the database could not be rewritten (" + e.getMessage() + "); nothing is lost",
                    e);
        }
    }

    @Override
    public void close() {
        endWork();
        lock.close();
    }

    private void endWork() {
        try {
            writer.stop();
            readers.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        announcer.close();
        patience.close();
        checkpoints.close();
    }

    private static void mayWait(boolean may) {
        if (!may) {
            throw new IllegalStateException("work on a thread of the store must not wait for the store");
        }
    }

    private static RuntimeException failure(CompletableFuture<?> answer, Exception e) {
        if (e instanceof ExecutionException) {
            return failure(e.getCause());
        }
        // A command that has not begun is skipped when nobody waits for it.
        answer.cancel(false);
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return Refusal.callTimeout();
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        return switch (cause) {
            case StorageException storage -> {
                if (storage.corrupt()) {
                    ServiceLog.databaseDamaged();
                } else if (!storage.diskFull()) { // of which the writer has told
                    ServiceLog.storeError("Using the store", storage);
                }
                yield Refusal.storageUnavailable();
            }
            case RuntimeException other -> other;
            case null, default -> new IllegalStateException(cause);
        };
    }
}
