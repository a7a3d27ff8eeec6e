package dev.meanwhile.server;

import dev.meanwhile.server.coordinator.Cancellation;
import dev.meanwhile.server.coordinator.Coordinator;
import dev.meanwhile.server.coordinator.MessageView;
import dev.meanwhile.server.coordinator.Models;
import dev.meanwhile.server.coordinator.Purger;
import dev.meanwhile.server.coordinator.SessionRegistry;
import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.Ids;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.queue.Claims;
import dev.meanwhile.server.queue.MessageQueue;
import dev.meanwhile.server.queue.ModelHolds;
import dev.meanwhile.server.queue.QueueConfig;
import dev.meanwhile.server.queue.RetryDelays;
import dev.meanwhile.server.queue.RunningLeases;
import dev.meanwhile.server.responses.LogReader;
import dev.meanwhile.server.responses.ResponseLog;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.store.jdbc.JdbcStorage;
import dev.meanwhile.server.telemetry.Metrics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The real store with queue and log, and no workers: the test claims and writes as one would. Closing it takes nothing
 * back, as after a crash.
 */
public final class ChatStore implements AutoCloseable {
    public static final ModelInfo MODEL = new ModelInfo("m", true, "simulated", 8_192, 8, 2);
    public static final RetryDelays DELAYS = new RetryDelays(Duration.ofSeconds(1), Duration.ofMinutes(1));
    private static final String WORKSPACE = "default";
    public final Storage storage;
    public final Signals signals = new Signals();
    public final RunningLeases leases = new RunningLeases();
    public final MessageQueue queue;
    public final ModelHolds holds;
    public final Claims claims;
    public final ResponseLog log;
    private final Cancellation cancellation;
    private final Coordinator coordinator;
    private final SessionRegistry sessions;

    private ChatStore(Path folder, Clock clock) {
        QueueConfig config = new QueueConfig(1_000, 1_000, 10);
        holds = new ModelHolds(DELAYS, clock, () -> 0.5);
        storage = JdbcStorage.open(
                new StoreConfig(folder, false, 4_096, 256, 2, Duration.ofMinutes(1)), clock, new Metrics(), failure -> {
                    throw new AssertionError("the store had to end the process", failure);
                });
        queue = new MessageQueue(config, signals, leases, new Metrics(), clock);
        claims = new Claims(queue, leases, signals, config, holds, List.of(MODEL.name()));
        log = new ResponseLog(storage, signals, new Metrics());
        cancellation = new Cancellation(storage, queue);
        coordinator = new Coordinator(storage, queue, cancellation, signals, new Ids(), clock);
        sessions = new SessionRegistry(
                storage, queue, cancellation, signals, new Models(List.of(MODEL), holds), new Ids(), new Random(1));
    }

    public static ChatStore open(Path folder, Clock clock) {
        return new ChatStore(folder, clock);
    }

    public void session(String id) {
        sessions.create(new SessionRegistry.Creation(WORKSPACE, id, "", "", "", ""));
    }

    /** Submits, and returns the message's id. */
    public String submit(String session, ConflictPolicy policy) {
        return Answers.of(coordinator.submit(new Coordinator.Wish(WORKSPACE, session, "hello", "", null, policy)))
                .message()
                .message()
                .id();
    }

    public MessageView cancel(String message) {
        return cancellation.cancel(WORKSPACE, message);
    }

    public void delete(String session) {
        sessions.delete(WORKSPACE, session, false);
    }

    /** Removes what deleted sessions left, all of it. */
    public void purge() throws InterruptedException {
        Purger purger = new Purger(storage, signals);
        purger.start();
        while (storage.read(tx -> !tx.sessions().deleted(1).isEmpty())) {
            Thread.onSpinWait();
        }
        purger.stop();
    }

    /** Claims the one message that waits. */
    public Lease claim() {
        List<Lease> granted = storage.inTransaction(
                        Caller.SERVICE, tx -> claims.claim(tx, Map.of(MODEL.name(), new Claims.Free(8, 8))))
                .leases();
        if (granted.size() != 1) {
            throw new AssertionError("claimed " + granted);
        }
        return granted.getFirst();
    }

    /** What a start does first. */
    public void takeBackRunning() {
        storage.inTransaction(Caller.SERVICE, tx -> claims.takeBackRunning(tx, 0));
    }

    public Message message(Lease lease) {
        return storage.read(tx -> Objects.requireNonNull(tx.messages().find(lease.messageKey())));
    }

    /** Of the session of that lease. */
    public @Nullable Instant retryTime(Lease lease) {
        return storage.read(tx ->
                Objects.requireNonNull(tx.sessions().find(lease.sessionKey())).retryTime());
    }

    /** The whole log of the session. */
    public List<ResponseEntry> entries(Lease lease) {
        return storage.read(tx -> {
            Session session = Objects.requireNonNull(tx.sessions().find(lease.sessionKey()));
            List<ResponseEntry> all = new ArrayList<>();
            List<LogEntry> next = LogReader.ofSession(tx, session, 0);
            while (!next.isEmpty()) {
                next.forEach(entry -> all.add(entry.entry()));
                next = LogReader.ofSession(tx, session, next.getLast().sequence());
            }
            return all;
        });
    }

    @Override
    public void close() {
        storage.close();
    }
}
