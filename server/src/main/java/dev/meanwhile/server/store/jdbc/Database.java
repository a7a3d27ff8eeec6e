package dev.meanwhile.server.store.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteConnectionConfig;
import org.sqlite.SQLiteDataSource;

/** The database file: makes it, brings its schema up to date, and opens connections with the settings we rely on. */
final class Database {
    static final String FILE_NAME = "meanwhile.db";

    /** Of every file of ours. */
    static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** What every connection must have; each is read back, since SQLite ignores what it does not know. */
    private static final Map<String, String> PRAGMAS = Map.of(
            "journal_mode", "wal",
            "synchronous", "2", // FULL: a commit is on disk when it returns
            "busy_timeout", "5000",
            "wal_autocheckpoint", "0", // the writer never stops for a checkpoint it did not choose
            "temp_store", "2",
            "cache_size", "-65536"); // 64 MiB

    private final Path folder;
    private final Path file;
    private final SQLiteDataSource source = new SQLiteDataSource();

    Database(Path folder) {
        this.folder = folder;
        this.file = folder.resolve(FILE_NAME);
        source.setUrl("jdbc:sqlite:" + file);
    }

    void create() {
        try {
            if (!Files.exists(file)) {
                Files.createFile(file, OWNER_ONLY);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't make " + file + ": " + FolderLock.why(e), e);
        }
        try {
            migrate();
        } catch (FlywayException e) {
            Throwable cause = e;
            while (cause != null && !(cause instanceof SQLException)) {
                cause = cause.getCause();
            }
            throw cause == null ? e : new StorageException((SQLException) cause);
        }
    }

    private void migrate() {
        Flyway flyway = Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/migration")
                .load();
        for (MigrationInfo migration : flyway.info().all()) {
            if (migration.getState() == MigrationState.FUTURE_SUCCESS) {
                throw new IllegalStateException("the data in " + folder
                        + " was written by a newer Meanwhile (schema " + migration.getVersion()
                        + "); start that version, or use another data folder");
            }
        }
        flyway.migrate();
    }

    /** What clients know of logs may be of a history that is lost: every log gets another epoch. Returns how many. */
    int raiseGeneration() {
        Sql sql = openWriter();
        try {
            sql.control("BEGIN IMMEDIATE");
            sql.update("UPDATE setting SET value = value + 1 WHERE name = 'generation'");
            sql.update("""
                    UPDATE session SET epoch = substr(epoch, 1, instr(epoch, '-'))
                        || (SELECT value FROM setting WHERE name = 'generation')
                    """);
            int sessions = sql.count("SELECT count(*) FROM session");
            sql.control("COMMIT");
            return sessions;
        } finally {
            sql.close();
        }
    }

    /** The database, its log and the log's index. */
    long fileBytes() {
        try {
            long bytes = 0;
            for (String ending : List.of("", "-wal", "-shm")) {
                Path part = file.resolveSibling(FILE_NAME + ending);
                bytes += Files.exists(part) ? Files.size(part) : 0;
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes all pages anew, without what was deleted, and empties the log; nobody else may have the file open. */
    void rewrite() {
        rewrite(folder.toFile().getUsableSpace());
    }

    /** @param free bytes of the disk that the copy and the log may take */
    void rewrite(long free) {
        try (Connection connection = source.getConnection();
                var statement = connection.createStatement()) {
            requireRoom(statement, free);
            // The copy is as large as what is kept: on disk, and on the one whose room was looked at.
            statement.execute("PRAGMA temp_store = FILE");
            statement.execute(
                    "PRAGMA temp_store_directory = '" + folder.toString().replace("'", "''") + "'");
            statement.execute("VACUUM");
            try (var checkpoint = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
                if (!checkpoint.next() || checkpoint.getInt(1) != 0) {
                    throw new IllegalStateException("the log of " + file + " could not be emptied; somebody reads it");
                }
            }
        } catch (SQLException e) {
            throw new StorageException(e);
        }
    }

    /** The copy, and once more in the log. */
    private void requireRoom(Statement statement, long free) throws SQLException {
        long needed = 2
                * pragma(statement, "page_size")
                * (pragma(statement, "page_count") - pragma(statement, "freelist_count"));
        if (free < needed) {
            throw new IllegalStateException("there is no room to rewrite " + file + ": " + needed
                    + " bytes must be free beside it, and " + free + " are; free some and run it again");
        }
    }

    private static long pragma(Statement statement, String name) throws SQLException {
        try (var value = statement.executeQuery("PRAGMA " + name)) {
            value.next();
            return value.getLong(1);
        }
    }

    Sql openWriter() {
        return new Sql(open());
    }

    Sql openReader() {
        Sql sql = new Sql(open());
        sql.control("PRAGMA query_only = ON");
        return sql;
    }

    private Connection open() {
        try {
            Connection connection = source.getConnection();
            leaveTransactionsToUs(connection);
            try (var statement = connection.createStatement()) {
                for (Map.Entry<String, String> pragma : PRAGMAS.entrySet()) {
                    statement.execute("PRAGMA " + pragma.getKey() + " = " + pragma.getValue());
                    try (var results = statement.executeQuery("PRAGMA " + pragma.getKey())) {
                        if (!results.next() || !pragma.getValue().equals(results.getString(1))) {
                            throw new IllegalStateException("SQLite does not take " + pragma);
                        }
                    }
                }
            }
            return connection;
        } catch (SQLException e) {
            throw new StorageException(e);
        }
    }

    /**
     * Each BEGIN and COMMIT is ours. A connection in auto-commit mode would try a BEGIN of its own after each statement,
     * and look for generated keys after each INSERT: together a third of a submit.
     */
    private static void leaveTransactionsToUs(Connection connection) throws SQLException {
        SQLiteConnectionConfig driver =
                connection.unwrap(SQLiteConnection.class).getConnectionConfig();
        driver.setAutoCommit(false);
        driver.setGetGeneratedKeys(false);
    }
}
