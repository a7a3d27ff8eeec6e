package dev.meanwhile.server.store.jdbc;

import static dev.meanwhile.server.store.jdbc.Samples.NOW;
import static dev.meanwhile.server.store.jdbc.Samples.SESSION;
import static dev.meanwhile.server.store.jdbc.Samples.SUBMISSION;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.ResponseEntry.Completed;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionCounts;
import dev.meanwhile.server.domain.TokenUsage;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which indexes the updates of a message's life write: each is a page or more in a commit, also if nothing changes. */
final class IndexWritesTest {
    private final Set<String> updates = new LinkedHashSet<>();

    /** Seen red: a session saved with its name and state each time, and a claimed message with its terminal sequence. */
    @Test
    void onlyWhatChangesIsWritten(@TempDir Path folder) throws SQLException {
        new Database(folder).create();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(Database.FILE_NAME));
                JdbcTransaction tx = JdbcTransaction.ofWriter(new Sql(recording(connection)), Clock.systemUTC())) {
            tx.control("BEGIN IMMEDIATE");
            tx.startCommand();
            Session session = session(tx);

            tx.sessions().save(session.withCounts(SessionCounts.ZERO.addQueued(null, 1)));
            Message message = tx.messages().insert(session, "id", SUBMISSION, new byte[] {1}, "text");
            Message claimed = message.claimed("m", Priority.HIGH, NOW);
            tx.messages().save(claimed);
            assertEquals(Set.of(), indexesWritten(connection));

            tx.messages().save(claimed.ended(new Completed(FinishReason.STOP, 0, 0, "", TokenUsage.NONE), 2, 1, NOW));
            assertEquals(Set.of("message_ended", "message_unended"), indexesWritten(connection));
        }
    }

    private static Session session(JdbcTransaction tx) {
        assertEquals(
                SESSION.workspaceKey(),
                tx.workspaces().create(SESSION.workspace()).key());
        long key = tx.sessions().insert(SESSION, null, new byte[0]);
        return Objects.requireNonNull(tx.sessions().find(key));
    }

    private Connection recording(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement") && ((String) arguments[0]).startsWith("UPDATE")) {
                        updates.add((String) arguments[0]);
                    }
                    return method.invoke(connection, arguments);
                });
    }

    private Set<String> indexesWritten(Connection connection) throws SQLException {
        Set<String> indexes = new TreeSet<>();
        for (String update : updates) {
            try (var explain = connection.createStatement();
                    var steps = explain.executeQuery("EXPLAIN " + update);
                    var index = connection.prepareStatement(
                            "SELECT name FROM sqlite_schema WHERE type = 'index' AND rootpage = ?")) {
                while (steps.next()) {
                    if (steps.getString("opcode").equals("OpenWrite")) {
                        index.setInt(1, steps.getInt("p2"));
                        try (var found = index.executeQuery()) {
                            if (found.next()) {
                                indexes.add(found.getString(1));
                            }
                        }
                    }
                }
            }
        }
        return indexes;
    }
}
