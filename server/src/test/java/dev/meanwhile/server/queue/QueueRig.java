package dev.meanwhile.server.queue;

import dev.meanwhile.server.Answers;
import dev.meanwhile.server.SettableClock;
import dev.meanwhile.server.coordinator.Cancellation;
import dev.meanwhile.server.coordinator.Coordinator;
import dev.meanwhile.server.coordinator.Coordinator.Wish;
import dev.meanwhile.server.coordinator.Models;
import dev.meanwhile.server.coordinator.Reading;
import dev.meanwhile.server.coordinator.SessionRegistry;
import dev.meanwhile.server.coordinator.SessionRegistry.Creation;
import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.Ids;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.ResponseEntry.Completed;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.server.domain.ResponseEntry.Outcome;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.queue.Claims.Claimed;
import dev.meanwhile.server.queue.Claims.Free;
import dev.meanwhile.server.responses.Fence;
import dev.meanwhile.server.responses.ResponseLog;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.store.jdbc.JdbcStorage;
import dev.meanwhile.server.telemetry.Metrics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The parts of the service between gRPC and the workers, driven step by step: no loop, no worker, a clock that stands. */
public final class QueueRig implements AutoCloseable {
    public static final String MODEL = "m";
    public static final int HIGH_PER_LOW = 3;
    private static final TokenUsage USAGE = new TokenUsage(1, 2);

    public final Storage storage;
    public final MessageQueue queue;
    public final Claims claims;
    public final ModelHolds holds;
    public final RunningLeases leases = new RunningLeases();
    public final Cancellation cancellation;
    public final Coordinator coordinator;
    public final SessionRegistry sessions;
    public final Reading reading;
    public final ResponseLog log;
    private final SettableClock clock;

    private QueueRig(Function<Clock, Storage> engine, List<String> claimed, List<String> known) {
        this.clock = new SettableClock();
        this.storage = engine.apply(clock);
        Signals signals = new Signals();
        QueueConfig config = new QueueConfig(100_000, 100_000, HIGH_PER_LOW);
        this.queue = new MessageQueue(config, signals, leases, new Metrics(), clock);
        this.holds = new ModelHolds(new RetryDelays(Duration.ofSeconds(1), Duration.ofMinutes(1)), clock, () -> 0.5);
        this.claims = new Claims(queue, leases, signals, config, holds, claimed);
        this.cancellation = new Cancellation(storage, queue);
        Ids ids = new Ids();
        this.coordinator = new Coordinator(storage, queue, cancellation, signals, ids, clock);
        Models models = new Models(
                known.stream()
                        .map(name -> new ModelInfo(name, name.equals(known.getFirst()), "simulated", 1_000, 1, 0))
                        .toList(),
                holds);
        this.sessions = new SessionRegistry(storage, queue, cancellation, signals, models, ids, new Random(1));
        this.reading = new Reading(storage, signals);
        this.log = new ResponseLog(storage, signals, new Metrics());
    }

    /** On a store in the folder, with one model. */
    public static QueueRig open(Path folder) {
        return open(folder, List.of(MODEL), List.of(MODEL));
    }

    /** On a store in the folder; models that are known and not claimed were removed from the configuration. */
    public static QueueRig open(Path folder, List<String> claimed, List<String> known) {
        StoreConfig config = new StoreConfig(folder, false, 4_096, 256, 2, Duration.ofSeconds(20));
        return on(clock -> JdbcStorage.open(config, clock, new Metrics(), failure -> {}), claimed, known);
    }

    public static QueueRig on(Function<Clock, Storage> engine, List<String> claimed, List<String> known) {
        return new QueueRig(engine, claimed, known);
    }

    /** Makes a session; the first one of a workspace becomes the active one. */
    public Session session(String workspace, String id, String model) {
        return sessions.create(new Creation(workspace, id, "", model, "", "")).session();
    }

    public Session session(String workspace, String id) {
        return session(workspace, id, MODEL);
    }

    /** A message in a new session of its own in the workspace, with that priority. Its id is the session's. */
    public void submitAlone(String workspace, String id, Priority override) {
        session(workspace, id);
        submit(workspace, id, override);
    }

    /** So many LOW messages of the workspace, each in a session of its own, all at the same time. */
    public void flood(String workspace, int messages) {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                String id = "flood-" + i;
                calls.add(callers.submit(() -> submitAlone(workspace, id, Priority.LOW)));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    public Message submit(String workspace, String session, @Nullable Priority override) {
        return submit(workspace, session, override, ConflictPolicy.ENQUEUE);
    }

    public Message submit(String workspace, String session, @Nullable Priority override, ConflictPolicy policy) {
        return Answers.of(coordinator.submit(new Wish(workspace, session, "text", "", override, policy)))
                .message()
                .message();
    }

    /** Claims for so many free slots of the one model. */
    public List<Lease> claim(int slots, int openToLow) {
        return claim(Map.of(MODEL, new Free(slots, openToLow))).leases();
    }

    public Claimed claim(Map<String, Free> free) {
        return storage.inTransaction(Caller.SERVICE, tx -> claims.claim(tx, free));
    }

    /** The id of the session whose message is claimed next, with a slot free for any lane. */
    public String claimOne() {
        return claim(1, 1).getFirst().sessionId();
    }

    /** Ends the lease's message with a whole answer; false = fenced. */
    public boolean complete(Lease lease, List<ResponseEntry> lastEntries) {
        return end(lease, lastEntries, new Completed(FinishReason.STOP, 0, 0, "", USAGE));
    }

    public boolean end(Lease lease, List<ResponseEntry> lastEntries, Outcome outcome) {
        return fenced(lease, (tx, passed) -> queue.end(tx, passed.session(), passed.message(), lastEntries, outcome));
    }

    /** Gives the attempt up and tries again after that time; false = fenced. */
    public boolean retry(Lease lease, Duration delay) {
        return fenced(lease, (tx, passed) -> {
            Message.Faults faults = new Message.Faults(lease.faults().answer() + 1, 0, 0);
            Instant due = tx.now().plus(delay);
            return queue.retry(tx, passed.session(), passed.message(), faults, failed(lease), due);
        });
    }

    /** Hands the attempt back, as when the server drains; false = fenced. */
    public boolean handBack(Lease lease) {
        return fenced(
                lease,
                (tx, passed) -> queue.takeBack(
                        tx, passed.session(), passed.message(), passed.message().faults(), failed(lease)));
    }

    /** Takes back all that runs, as at a start. */
    public void takeBackRunning() {
        long after = 0;
        do {
            long from = after;
            after = storage.inTransaction(Caller.SERVICE, tx -> claims.takeBackRunning(tx, from));
        } while (after != 0);
    }

    public static Failed failed(Lease lease) {
        return new Failed(FailureReason.PROVIDER_CUT, "cut", lease.attempt());
    }

    @Override
    public void close() {
        storage.close();
    }

    @FunctionalInterface
    private interface Write {
        Session apply(Transaction tx, Fence.Passed passed);
    }

    private boolean fenced(Lease lease, Write write) {
        return storage.inTransaction(Caller.SERVICE, tx -> {
            Fence.Passed passed = Fence.tryPass(tx, lease);
            if (passed == null) {
                return false;
            }
            tx.sessions().save(write.apply(tx, passed));
            return true;
        });
    }

    /** Lets time pass, for retries that wait. */
    public Instant now() {
        return clock.instant();
    }

    public void advance(Duration by) {
        clock.advance(by);
    }
}
