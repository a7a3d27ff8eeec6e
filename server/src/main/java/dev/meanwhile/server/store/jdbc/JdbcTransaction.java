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
    /** Sessions, unended messages and workspaces, each: together some 20 MiB. */
    private static final int RECENT = 10_000;

    private final Sql sql;
    private final Damage damage;
    private final Clock clock;
    private final Settings settings;
    private final Workspaces workspaces;
    private final Sessions sessions;
    private final Messages messages;
    private final Segments segments;
    private final Heads heads;
    private final JdbcLanes lanes;
    private final Notifications notifications;
    private final List<Runnable> onRollback = new ArrayList<>();
    private List<Runnable> afterCommit = List.of();
    private boolean workAvailable;
    private Instant now = Instant.EPOCH;

    private JdbcTransaction(Sql sql, Clock clock, int recent) {
        this.sql = sql;
        this.damage = new Damage(sql);
        this.clock = clock;
        this.settings = new JdbcSettings(sql);
        JdbcSessions recentSessions = new JdbcSessions(sql, damage, new Recent<>(recent), new Recent<>(recent));
        this.sessions = recentSessions;
        this.workspaces = new JdbcWorkspaces(sql, new Recent<>(recent), recentSessions);
        this.messages = new JdbcMessages(sql, damage, new Recent<>(recent));
        this.segments = new JdbcSegments(sql, damage);
        this.heads = new JdbcHeads(sql, recentSessions);
        this.lanes = new JdbcLanes(sql);
        this.notifications = new JdbcNotifications(sql, damage);
    }

    /** For the one connection that writes. */
    static JdbcTransaction ofWriter(Sql sql, Clock clock) {
        return new JdbcTransaction(sql, clock, RECENT);
    }

    static JdbcTransaction ofReader(Sql sql, Clock clock) {
        return new JdbcTransaction(sql, clock, 0);
    }

    /** A transaction begins on a connection that only reads: others have written since the last one. */
    void startReading() {
        lanes.forget();
        startCommand();
    }

    /** The next command begins: a time and callbacks of its own. */
    void startCommand() {
        now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        afterCommit = new ArrayList<>(0);
        sql.forgetWrites();
    }

    /** The work of the command is over. */
    void endCommand() {
        damage.tell();
    }

    /** Writes what the views have kept back; to be called before COMMIT. */
    void flush() {
        lanes.flush();
    }

    /** The commands since the last call are on disk. */
    void committed() {
        onRollback.clear();
        workAvailable = false;
    }

    /** Takes back what the commands since then changed outside. */
    void rolledBack() {
        onRollback.reversed().forEach(Runnable::run);
        onRollback.clear();
        workAvailable = false;
    }

    /** Whether there may be something to claim since one of these commands. */
    boolean broughtWork() {
        return workAvailable;
    }

    boolean wrote() {
        return sql.wrote();
    }

    List<Runnable> callbacks() {
        return afterCommit;
    }

    /** Length of the write-ahead log, in frames of one page each; it falls when the log begins anew. */
    int logFrames() {
        Integer frames = sql.one("PRAGMA wal_checkpoint(NOOP)", row -> {
            row.count(); // whether it was busy
            return row.count();
        });
        return frames == null ? 0 : frames;
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
    public void onRollback(Runnable action) {
        onRollback.add(action);
    }

    @Override
    public void workAvailable() {
        workAvailable = true;
    }

    @Override
    public void close() {
        sql.close();
    }
}
