package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.store.Storage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;

/**
 * The real queries on a real database, on the caller's thread, with a counter of the instructions that SQLite's virtual
 * machine runs: a measure of cost that is the same on every machine.
 */
final class CountingStorage implements Storage {
    private final Connection connection;
    private final JdbcTransaction tx;
    private long instructions;

    CountingStorage(Path folder, Clock clock) {
        new Database(folder).create();
        try {
            connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(Database.FILE_NAME));
            try (var statement = connection.createStatement()) {
                statement.execute("PRAGMA synchronous = OFF");
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        tx = JdbcTransaction.ofReader(new Sql(connection), clock);
    }

    /** Instructions that the action's SQL takes. */
    long cost(Runnable action) {
        instructions = 0;
        try {
            ProgressHandler.setHandler(connection, 1, new ProgressHandler() {
                @Override
                protected int progress() {
                    instructions++;
                    return 0;
                }
            });
            action.run();
            ProgressHandler.clearHandler(connection);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return instructions;
    }

    @Override
    public <T extends @Nullable Object> T inTransaction(Caller caller, Work<T> work) {
        tx.control("BEGIN IMMEDIATE");
        T value = read(work);
        tx.flush();
        tx.control("COMMIT");
        tx.callbacks().forEach(Runnable::run);
        return value;
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> begin(Work<T> work) {
        return CompletableFuture.completedFuture(inTransaction(Caller.USER, work));
    }

    @Override
    public <T extends @Nullable Object> T read(Work<T> work) {
        tx.startReading();
        return work.run(tx);
    }

    @Override
    public <T> void rideAlong(Work<T> work, Consumer<@Nullable T> after) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onReader(Runnable task) {
        task.run();
    }

    @Override
    public boolean writable() {
        return true;
    }

    @Override
    public void close() {
        tx.close();
    }
}
