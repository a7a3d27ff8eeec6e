package dev.meanwhile.server.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;

/**
 * Runs SQL on one connection; each statement is prepared once. Not thread-safe.
 *
 * <p>Statements are stepped through the driver's core: its ResultSet asks for the name of every column at every query,
 * which costs as much as the query.
 */
final class Sql implements AutoCloseable {
    private final Connection connection;
    private final DB database;
    private final Map<String, CoreStatement> prepared = new HashMap<>();
    private boolean wrote;

    Sql(Connection connection) {
        this.connection = connection;
        try {
            this.database = connection.unwrap(SQLiteConnection.class).getDatabase();
        } catch (SQLException e) {
            throw new StorageException(e);
        }
    }

    /** Whether anything was written since {@link #forgetWrites()}. */
    boolean wrote() {
        return wrote;
    }

    void forgetWrites() {
        wrote = false;
    }

    /** Something was changed that is written before the commit. */
    void noteWrite() {
        wrote = true;
    }

    /** Runs a statement that neither reads nor writes rows: BEGIN, COMMIT and the like. */
    void control(String sql) {
        list(sql, row -> row);
    }

    void update(String sql, @Nullable Object... arguments) {
        wrote = true;
        list(sql, row -> row, arguments);
    }

    /** Runs an INSERT or UPDATE with RETURNING and gives the number it returns. */
    long returning(String sql, @Nullable Object... arguments) {
        wrote = true;
        Long number = one(sql, Row::number, arguments);
        if (number == null) {
            throw new IllegalStateException("no row for: " + sql);
        }
        return number;
    }

    <T> @Nullable T one(String sql, Row.Mapper<T> mapper, @Nullable Object... arguments) {
        List<T> found = run(sql, mapper, 1, arguments);
        return found.isEmpty() ? null : found.getFirst();
    }

    int count(String sql, @Nullable Object... arguments) {
        Integer count = one(sql, Row::count, arguments);
        return count == null ? 0 : count;
    }

    <T> List<T> list(String sql, Row.Mapper<T> mapper, @Nullable Object... arguments) {
        return run(sql, mapper, Integer.MAX_VALUE, arguments);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StorageException(e);
        }
    }

    private <T> List<T> run(String sql, Row.Mapper<T> mapper, int limit, @Nullable Object... arguments) {
        try {
            CoreStatement statement = statement(sql);
            try {
                if (!database.execute(statement, values(arguments))) {
                    return List.of();
                }
                return statement.pointer.safeRun((db, pointer) -> rows(db, pointer, mapper, limit));
            } finally {
                // Ends the read, and makes the statement ready for the next time. A failed one may be closed already.
                if (!statement.pointer.isClosed()) {
                    statement.pointer.safeRunInt(DB::reset);
                }
            }
        } catch (SQLException e) {
            throw new StorageException(e);
        }
    }

    private static <T> List<T> rows(DB database, long statement, Row.Mapper<T> mapper, int limit) throws SQLException {
        List<T> found = new ArrayList<>(1);
        Row row = new Row(database, statement);
        do {
            found.add(mapper.map(row));
        } while (found.size() < limit && row.next());
        return found;
    }

    private static @Nullable Object[] values(@Nullable Object... arguments) {
        @Nullable Object[] values = new @Nullable Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            values[i] = switch (arguments[i]) {
                case null -> null;
                case Long number -> number;
                case Integer number -> number;
                case String text -> text;
                case byte[] bytes -> bytes;
                case Boolean flag -> flag ? 1 : 0;
                case Instant time -> time.toEpochMilli();
                case Enum<?> constant -> constant.ordinal();
                case Object other -> throw new IllegalArgumentException("no SQL type for " + other.getClass());
            };
        }
        return values;
    }

    private CoreStatement statement(String sql) throws SQLException {
        CoreStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = (CoreStatement) connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return statement;
    }
}
