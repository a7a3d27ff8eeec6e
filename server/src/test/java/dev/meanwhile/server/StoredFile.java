package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The database file of a server, changed behind its back, while it is stopped or runs. */
public final class StoredFile implements AutoCloseable {
    private final Connection connection;

    public StoredFile(Path folder) throws SQLException {
        this.connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("meanwhile.db"));
    }

    /** Runs a statement that changes something. */
    public StoredFile change(String sql, Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepare(sql, arguments)) {
            statement.executeUpdate();
        }
        return this;
    }

    /** Changes one bit in the middle of a BLOB. */
    StoredFile flip(String table, String column, String where, Object... arguments) throws SQLException {
        byte[] bytes;
        try (PreparedStatement statement =
                        prepare("SELECT " + column + " FROM " + table + " WHERE " + where, arguments);
                ResultSet row = statement.executeQuery()) {
            assertTrue(row.next(), "nothing to damage");
            bytes = row.getBytes(1);
        }
        bytes[bytes.length / 2] ^= 1;
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE " + table + " SET " + column + " = ? WHERE " + where)) {
            statement.setBytes(1, bytes);
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 2, arguments[i]);
            }
            assertEquals(1, statement.executeUpdate());
        }
        return this;
    }

    long number(String sql, Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepare(sql, arguments);
                ResultSet row = statement.executeQuery()) {
            assertTrue(row.next(), sql);
            return row.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private PreparedStatement prepare(String sql, Object... arguments) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }
}
