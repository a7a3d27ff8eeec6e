package dev.meanwhile.server.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs SQL on one connection; each statement is prepared once. Not thread-safe. */
final class Sql implements AutoCloseable {
    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private boolean wrote;

    Sql(Connection connection) {
        this.connection = connection;
    }

    /** Whether anything was written since {@link #forgetWrites()}. */
    boolean wrote() {
        return wrote;
    }

    void forgetWrites() {
        wrote = false;
    }

    /** Runs a statement that neither reads nor writes rows: BEGIN, COMMIT and the like. */
    void control(String sql) {
        try {
            statement(sql).execute();
        } catch (SQLException e) {
            throw new StorageException(e);
        }
    }

    int update(String sql, @Nullable Object... arguments) {
        wrote = true;
        try {
            return bind(sql, arguments).executeUpdate();
        } catch (SQLException e) {
            throw new StorageException(e);
        }
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
        try (ResultSet results = bind(sql, arguments).executeQuery()) {
            Row row = new Row(results);
            return row.next() ? mapper.map(row) : null;
        } catch (SQLException e) {
            throw new StorageException(e);
        }
    }

    int count(String sql, @Nullable Object... arguments) {
        Integer count = one(sql, Row::count, arguments);
        return count == null ? 0 : count;
    }

    <T> List<T> list(String sql, Row.Mapper<T> mapper, @Nullable Object... arguments) {
        try (ResultSet results = bind(sql, arguments).executeQuery()) {
            Row row = new Row(results);
            List<T> found = new ArrayList<>();
            while (row.next()) {
                found.add(mapper.map(row));
            }
            return found;
        } catch (SQLException e) {
            throw new StorageException(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StorageException(e);
        }
    }

    private PreparedStatement bind(String sql, @Nullable Object... arguments) throws SQLException {
        PreparedStatement statement = statement(sql);
        for (int i = 0; i < arguments.length; i++) {
            Object argument = arguments[i];
            switch (argument) {
                case null -> statement.setNull(i + 1, java.sql.Types.NULL);
                case Long number -> statement.setLong(i + 1, number);
                case Integer number -> statement.setInt(i + 1, number);
                case String text -> statement.setString(i + 1, text);
                case byte[] bytes -> statement.setBytes(i + 1, bytes);
                case Boolean flag -> statement.setInt(i + 1, flag ? 1 : 0);
                case Instant time -> statement.setLong(i + 1, time.toEpochMilli());
                case Enum<?> constant -> statement.setInt(i + 1, constant.ordinal());
                default -> throw new IllegalArgumentException("no SQL type for " + argument.getClass());
            }
        }
        return statement;
    }

    private PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return statement;
    }
}
