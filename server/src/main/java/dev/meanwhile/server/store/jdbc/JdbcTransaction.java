package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.store.Heads;
import dev.meanwhile.server.store.Lanes;
import dev.meanwhile.server.store.Messages;
import dev.meanwhile.server.store.Notifications;
import dev.meanwhile.server.store.Segments;
import dev.meanwhile.server.store.Sessions;
import dev.meanwhile.server.store.Settings;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.store.Workspaces;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The views over one connection, used by one transaction after another on one thread. */
final class JdbcTransaction implements Transaction, AutoCloseable {
    private final Sql sql;
    private final Clock clock;
    private final Settings settings;
    private final Workspaces workspaces;
    private final Sessions sessions;
    private final Messages messages;
    private final Segments segments;
    private final Heads heads;
    private final Lanes lanes;
    private final Notifications notifications;
    private List<Runnable> afterCommit = List.of();
    private Instant now = Instant.EPOCH;

    JdbcTransaction(Sql sql, Clock clock) {
        this.sql = sql;
        this.clock = clock;
        this.settings = new JdbcSettings(sql);
        this.workspaces = new JdbcWorkspaces(sql);
        this.sessions = new JdbcSessions(sql);
        this.messages = new JdbcMessages(sql);
        this.segments = new JdbcSegments(sql);
        this.heads = new JdbcHeads(sql);
        this.lanes = new JdbcLanes(sql);
        this.notifications = new JdbcNotifications(sql);
    }

    /** The next command begins: a time and callbacks of its own. */
    void startCommand() {
        now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        afterCommit = new ArrayList<>(0);
        sql.forgetWrites();
    }

    boolean wrote() {
        return sql.wrote();
    }

    List<Runnable> callbacks() {
        return afterCommit;
    }

    void control(String statement) {
        sql.control(statement);
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public Workspaces workspaces() {
        return workspaces;
    }

    @Override
    public Sessions sessions() {
        return sessions;
    }

    @Override
    public Messages messages() {
        return messages;
    }

    @Override
    public Segments segments() {
        return segments;
    }

    @Override
    public Heads heads() {
        return heads;
    }

    @Override
    public Lanes lanes() {
        return lanes;
    }

    @Override
    public Notifications notifications() {
        return notifications;
    }

    @Override
    public void afterCommit(Runnable action) {
        afterCommit.add(action);
    }

    @Override
    public void close() {
        sql.close();
    }
}
