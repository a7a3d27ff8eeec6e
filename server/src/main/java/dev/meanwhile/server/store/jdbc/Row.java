package dev.meanwhile.server.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.Codes;
import org.sqlite.core.DB;

/** Reads the columns of a row from left to right, in the order of the SELECT. */
final class Row {

    /** Makes a value of a row. */
    @FunctionalInterface
    interface Mapper<T> {
        T map(Row row) throws SQLException;
    }

    private final DB database;
    private final long statement;
    private int column;

    /** Over a statement that stands on a row. */
    Row(DB database, long statement) {
        this.database = database;
        this.statement = statement;
    }

    /** Whether there is another row. */
    boolean next() throws SQLException {
        column = 0;
        int code = database.step(statement);
        if (code != Codes.SQLITE_ROW && code != Codes.SQLITE_DONE) {
            database.throwex(code);
        }
        return code == Codes.SQLITE_ROW;
    }

    long number() throws SQLException {
        return database.column_long(statement, column++);
    }

    int count() throws SQLException {
        return database.column_int(statement, column++);
    }

    boolean flag() throws SQLException {
        return count() != 0;
    }

    String text() throws SQLException {
        return database.column_text(statement, column++);
    }

    @Nullable
    String optionalText() throws SQLException {
        return database.column_text(statement, column++);
    }

    @Nullable
    Long optionalNumber() throws SQLException {
        return missing() ? null : number();
    }

    byte[] bytes() throws SQLException {
        byte[] bytes = database.column_blob(statement, column++);
        return bytes == null ? new byte[0] : bytes; // the driver's way to say that it is empty
    }

    byte @Nullable [] optionalBytes() throws SQLException {
        return database.column_blob(statement, column++);
    }

    Instant time() throws SQLException {
        return Instant.ofEpochMilli(number());
    }

    @Nullable
    Instant optionalTime() throws SQLException {
        return missing() ? null : time();
    }

    /** A value of the enumeration, stored by its place. */
    <E> E one(E[] values) throws SQLException {
        return values[count()];
    }

    <E> @Nullable E optional(E[] values) throws SQLException {
        return missing() ? null : one(values);
    }

    /** Whether the next column is NULL; it is passed then. */
    private boolean missing() throws SQLException {
        boolean missing = database.column_type(statement, column) == Codes.SQLITE_NULL;
        if (missing) {
            column++;
        }
        return missing;
    }
}
