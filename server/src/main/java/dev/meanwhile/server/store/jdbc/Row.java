package dev.meanwhile.server.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads the columns of a row from left to right, in the order of the SELECT. */
final class Row {

    /** Makes a value of a row. */
    @FunctionalInterface
    interface Mapper<T> {
        T map(Row row) throws SQLException;
    }

    private final ResultSet results;
    private int column;

    Row(ResultSet results) {
        this.results = results;
    }

    boolean next() throws SQLException {
        column = 0;
        return results.next();
    }

    long number() throws SQLException {
        return results.getLong(++column);
    }

    int count() throws SQLException {
        return results.getInt(++column);
    }

    boolean flag() throws SQLException {
        return results.getInt(++column) != 0;
    }

    String text() throws SQLException {
        return results.getString(++column);
    }

    @Nullable
    String optionalText() throws SQLException {
        return results.getString(++column);
    }

    @Nullable
    Long optionalNumber() throws SQLException {
        long value = results.getLong(++column);
        return results.wasNull() ? null : value;
    }

    byte[] bytes() throws SQLException {
        return results.getBytes(++column);
    }

    byte @Nullable [] optionalBytes() throws SQLException {
        return results.getBytes(++column);
    }

    Instant time() throws SQLException {
        return Instant.ofEpochMilli(results.getLong(++column));
    }

    @Nullable
    Instant optionalTime() throws SQLException {
        Long millis = optionalNumber();
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    /** A value of the enumeration, stored by its place. */
    <E> E one(E[] values) throws SQLException {
        return values[results.getInt(++column)];
    }

    <E> @Nullable E optional(E[] values) throws SQLException {
        int place = results.getInt(++column);
        return results.wasNull() ? null : values[place];
    }
}
