package dev.meanwhile.server.store.jdbc;

import static dev.meanwhile.server.store.jdbc.Samples.NOW;
import static dev.meanwhile.server.store.jdbc.Samples.SESSION;
import static dev.meanwhile.server.store.jdbc.Samples.SUBMISSION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailedAttempt;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.ResponseEntry.Started;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.domain.Submission;
import dev.meanwhile.server.domain.Workspace;
import dev.meanwhile.server.store.Head;
import dev.meanwhile.server.store.LaneState;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.store.WorkspaceLane;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How SQLite answers every query of the store: by an index, without reading a whole table and without sorting. */
final class QueryPlanTest {
    /** Plans that read more than they return, and why they may. */
    private static final Map<String, String> ALLOWED = Map.of(
            "FROM sqlite_sequence", "two rows, once a connection",
            "FROM lane", "two rows a model",
            "SELECT count(*) FROM head", "once, at the start",
            "SELECT model, count(*) FROM session", "once, when the start is over",
            "SELECT due_time FROM head WHERE status = 2 ORDER BY due_time LIMIT 1", "the first entry of an index",
            "SELECT count(*) FROM head WHERE status = 1 AND model = ?", "operators' statistics: only what runs",
            "SELECT count(*) FROM head WHERE status = 2 AND model = ?", "operators' statistics: only what is not due",
            "FROM workspace_lane l JOIN workspace", "operators' statistics: the deepest of all workspaces",
            "SELECT key FROM session WHERE state = 2", "an index of deleted sessions only");

    private static final Message MESSAGE = new Message(
            1,
            "id",
            1,
            SUBMISSION,
            MessageState.RUNNING,
            1,
            "m",
            Priority.HIGH,
            NOW,
            NOW,
            null,
            1,
            0,
            true,
            Message.Faults.NONE,
            null,
            0,
            null);
    private static final Map<Class<?>, Object> ARGUMENTS = Map.ofEntries(
            Map.entry(long.class, 1L),
            Map.entry(Long.class, 1L),
            Map.entry(int.class, 10),
            Map.entry(boolean.class, true),
            Map.entry(String.class, "x"),
            Map.entry(byte[].class, new byte[] {1}),
            Map.entry(Instant.class, NOW),
            Map.entry(Priority.class, Priority.HIGH),
            Map.entry(SessionState.class, SessionState.OPEN),
            Map.entry(Session.class, SESSION),
            Map.entry(Submission.class, SUBMISSION),
            Map.entry(Message.class, MESSAGE),
            Map.entry(Head.class, new Head(1, 1, 1, "m", Priority.HIGH, 1, 0, Head.Status.IN_LANE, null, 51)),
            Map.entry(LaneState.class, new LaneState("m", Priority.HIGH, 1, 0, 0, 0)),
            Map.entry(WorkspaceLane.class, new WorkspaceLane(1, "m", Priority.HIGH, 1, 1)),
            Map.entry(Workspace.class, new Workspace(1, "x", 1L)),
            Map.entry(
                    FailedAttempt.class,
                    new FailedAttempt(1, NOW, NOW, "m", Priority.HIGH, FailureReason.INTERNAL, "text")));

    @TempDir
    Path folder;

    private final Set<String> statements = new LinkedHashSet<>();

    /** Caught: the index head_lane without its tag; message_ended dropped; a look-up of a message by its session alone. */
    @Test
    void everyQueryUsesAnIndexAndSortsNothing() throws Exception {
        new Database(folder).create();
        List<String> slow = new ArrayList<>();
        Set<String> needed = new LinkedHashSet<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(Database.FILE_NAME));
                JdbcTransaction tx = JdbcTransaction.ofReader(new Sql(recording(connection)), Clock.systemUTC())) {
            // Twice: some statements run only where an earlier one left a row.
            callEverything(tx);
            callEverything(tx);
            assertTrue(statements.size() > 60, "only " + statements.size() + " statements were seen");
            for (String statement : statements) {
                for (String step : plan(connection, statement)) {
                    if (step.startsWith("SCAN")
                                    && !step.equals("SCAN present")
                                    && !step.equals("SCAN p")
                                    && !step.equals("SCAN CONSTANT ROW")
                                    && !step.equals("SCAN (subquery-1)")
                            || step.contains("TEMP B-TREE")) {
                        List<String> exceptions = ALLOWED.keySet().stream()
                                .filter(statement::contains)
                                .toList();
                        needed.addAll(exceptions);
                        if (exceptions.isEmpty()) {
                            slow.add(step + " in: " + statement);
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), slow);
        assertEquals(ALLOWED.keySet(), needed, "an exception that nothing needs any more");
    }

    /** Calls every method of every view, so that a query added later is looked at too. */
    private static void callEverything(Transaction tx) throws ReflectiveOperationException {
        for (Method view : Transaction.class.getMethods()) {
            if (!view.getReturnType().getPackageName().equals(Transaction.class.getPackageName())) {
                continue;
            }
            Object target = view.invoke(tx);
            for (Method method : view.getReturnType().getMethods()) {
                call(target, method, false);
                call(target, method, true);
            }
        }
    }

    private static void call(Object target, Method method, boolean nulls) throws IllegalAccessException {
        @Nullable
        Object[] arguments = Arrays.stream(method.getParameterTypes())
                .map(type -> nulls && type == Long.class ? null : argument(method, type))
                .toArray();
        try {
            method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            // The arguments fit each other badly: rows may be missing or there already. The statement was prepared.
            assertTrue(e.getCause() instanceof RuntimeException, method + ": " + e.getCause());
        }
    }

    private static Object argument(Method method, Class<?> type) {
        if (type == List.class) {
            return method.getName().equals("append") ? List.of(new Started(1, "m")) : List.of("other");
        }
        if (type.isEnum() && !ARGUMENTS.containsKey(type)) {
            return type.getEnumConstants()[0];
        }
        Object argument = ARGUMENTS.get(type);
        if (argument == null) {
            throw new AssertionError("this test needs a sample of " + type + " for " + method);
        }
        return argument;
    }

    private Connection recording(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        statements.add((String) arguments[0]);
                    }
                    return method.invoke(connection, arguments);
                });
    }

    private static List<String> plan(Connection connection, String statement) throws SQLException {
        try (var explain = connection.createStatement();
                var steps = explain.executeQuery("EXPLAIN QUERY PLAN " + statement)) {
            List<String> plan = new ArrayList<>();
            while (steps.next()) {
                plan.add(steps.getString("detail"));
            }
            return plan;
        }
    }
}
