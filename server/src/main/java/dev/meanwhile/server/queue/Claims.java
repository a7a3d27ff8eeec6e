package dev.meanwhile.server.queue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.LaneEventKind;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.StopSignal;
import dev.meanwhile.server.store.Head;
import dev.meanwhile.server.store.LaneState;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.GuideLog;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Grants leases to workers, and brings heads back into their lanes: when a retry is due and when the server starts. */
public final class Claims {
    /** The setting that holds a pause across restarts. */
    public static final String PAUSED = "workers_paused";

    /** Each head writes at most 11 rows, and no command writes more than 1,000. */
    private static final int HEADS_PER_COMMAND = 90;

    /** Crashes of ours in one message's attempts before it is given up. */
    private static final int CRASHES = 20;

    private final MessageQueue queue;
    private final RunningLeases leases;
    private final Signals signals;
    private final QueueConfig config;
    private final ModelHolds holds;
    private final List<String> models;

    public Claims(
            MessageQueue queue,
            RunningLeases leases,
            Signals signals,
            QueueConfig config,
            ModelHolds holds,
            List<String> models) {
        this.queue = queue;
        this.leases = leases;
        this.signals = signals;
        this.config = config;
        this.holds = holds;
        this.models = List.copyOf(models);
    }

    /**
     * Free slots of a model.
     *
     * @param openToLow how many of them LOW may take
     */
    public record Free(int slots, int openToLow) {}

    /**
     * What a claim brought.
     *
     * @param nextDue when the next retry is due or a held model may be tried, null = neither waits
     * @param more whether another claim would bring more at once
     */
    public record Claimed(
            List<Lease> leases, int high, int low, @Nullable Instant nextDue, boolean more) {
        /** Of a claim that was not made. */
        public static final Claimed NOTHING = new Claimed(List.of(), 0, 0, null, false);
    }

    /** Claims for all free slots at once, as far as one command goes. */
    public Claimed claim(Transaction tx, Map<String, Free> free) {
        int room = HEADS_PER_COMMAND - promoteDue(tx, HEADS_PER_COMMAND);
        int removed = endRemoved(tx, room);
        room -= removed;
        boolean paused = paused(tx);
        List<Lease> granted = new ArrayList<>();
        int high = 0;
        int low = 0;
        for (Map.Entry<String, Free> model : free.entrySet()) {
            if (!paused) {
                claim(tx, model.getKey(), holds.open(model.getKey(), model.getValue(), tx.now()), room, granted);
            }
            high += tx.lanes().find(model.getKey(), Priority.HIGH).queued();
            low += tx.lanes().find(model.getKey(), Priority.LOW).queued();
        }
        return new Claimed(granted, high, low, nextDue(tx), removed > 0 || granted.size() == room);
    }

    /** Whether nothing is claimed until somebody resumes. */
    public static boolean paused(Transaction tx) {
        return "true".equals(tx.settings().get(PAUSED));
    }

    /** Takes back what ran when the server ended, from that session on; returns the last one seen, 0 = no more. */
    public long takeBackRunning(Transaction tx, long afterSession) {
        long last = 0;
        for (Head head : tx.heads().running(afterSession, HEADS_PER_COMMAND)) {
            last = head.session();
            Session session = Objects.requireNonNull(tx.sessions().find(head.session()));
            Message message = Objects.requireNonNull(tx.messages().find(head.message()));
            Message.Faults faults = message.faults();
            Message.Faults counted = new Message.Faults(faults.answer(), faults.outage(), faults.crash() + 1);
            boolean gaveUp = counted.crash() > CRASHES;
            String text = gaveUp
                    ? "the server ended in the middle of " + counted.crash() + " attempts; submit again"
                    : "the server ended in the middle of this attempt; the message is tried again by itself";
            Failed lost = new Failed(FailureReason.WORKER_LOST, text, message.attempts());
            if (gaveUp) {
                tx.sessions().save(queue.end(tx, session, message, List.of(), lost));
            } else {
                tx.sessions().save(queue.takeBack(tx, session, message, counted, lost));
                tx.afterCommit(() -> ServiceLog.takenBack(session.id(), message.attempts()));
            }
        }
        return last;
    }

    private void claim(Transaction tx, String model, ModelHolds.Open open, int room, List<Lease> granted) {
        Free free = open.free();
        int slots = Math.min(free.slots(), room - granted.size());
        if (slots == 0) {
            return;
        }
        ClaimRule rule = new ClaimRule(
                config.highPerLow(), tx.lanes().find(model, Priority.LOW).passed());
        int openToLow = free.openToLow();
        long[] claimedTag = new long[Priority.values().length];
        Head high = tx.heads().first(model, Priority.HIGH);
        Head low = tx.heads().first(model, Priority.LOW);
        for (int slot = 0; slot < slots; slot++) {
            Priority lane = rule.next(high != null, low != null, openToLow > 0);
            if (lane == null) {
                break;
            }
            Head head = Objects.requireNonNull(lane == Priority.HIGH ? high : low);
            granted.add(grant(tx, head, open.era()));
            claimedTag[lane.ordinal()] = Math.max(claimedTag[lane.ordinal()], head.tag());
            if (lane == Priority.HIGH) {
                high = tx.heads().first(model, Priority.HIGH);
            } else {
                low = tx.heads().first(model, Priority.LOW);
                openToLow--;
            }
        }
        for (Priority lane : Priority.values()) {
            LaneState state = tx.lanes().find(model, lane);
            LaneState after = state.claimedUpTo(claimedTag[lane.ordinal()]);
            after = lane == Priority.LOW ? after.withPassed(rule.passed()) : after;
            if (!after.equals(state)) {
                tx.lanes().save(after);
            }
        }
    }

    private Lease grant(Transaction tx, Head head, long era) {
        Session session = Objects.requireNonNull(tx.sessions().find(head.session()));
        Message message = Objects.requireNonNull(tx.messages().find(head.message()));
        FairLanes.leave(tx, head);
        tx.heads().save(head.running());
        Message claimed = message.claimed(head.model(), head.lane(), tx.now());
        tx.messages().save(claimed);
        boolean wasQueued = message.state() == MessageState.QUEUED;
        if (wasQueued) {
            tx.lanes().count(head.workspace(), head.model(), head.lane(), -1, 1);
            tx.sessions()
                    .save(session.withCounts(session.counts()
                            .addQueued(message.submission().override(), -1)
                            .addRunning(1)));
        } else {
            tx.lanes().count(head.workspace(), message.model(), Objects.requireNonNull(message.lane()), 0, -1);
            tx.lanes().count(head.workspace(), head.model(), head.lane(), 0, 1);
        }
        Lease lease = new Lease(
                message.key(),
                message.id(),
                session.key(),
                session.workspace(),
                session.id(),
                claimed.attempts(),
                head.model(),
                head.lane(),
                message.submission().route(),
                message.submission().createTime(),
                tx.now(),
                message.faults(),
                new StopSignal());
        holds.claimed(lease, era);
        tx.onRollback(() -> holds.released(lease));
        tx.afterCommit(() -> {
            leases.granted(lease);
            queue.metrics()
                    .messageClaimed(
                            lease.model(), lease.lane(), Duration.between(lease.submitTime(), lease.startTime()));
            GuideLog.processing(
                    session.id(),
                    Duration.between(lease.submitTime(), lease.startTime()).toMillis(),
                    lease.lane());
            signals.workspaceChanged(session.key(), session.workspace());
        });
        return lease;
    }

    private @Nullable Instant nextDue(Transaction tx) {
        Instant retry = tx.heads().nextDue();
        Instant model = holds.nextTry(tx.now()); // of the same moment as the claim, else a hold may end unseen between
        return retry == null || model != null && model.isBefore(retry) ? model : retry;
    }

    private static int promoteDue(Transaction tx, int room) {
        List<Head> due = tx.heads().due(tx.now(), room);
        for (Head head : due) {
            Session session = Objects.requireNonNull(tx.sessions().find(head.session()));
            Message message = Objects.requireNonNull(tx.messages().find(head.message()));
            FairLanes.enter(tx, session, head, message.submission().override(), LaneEventKind.RETRY);
        }
        return due.size();
    }

    private int endRemoved(Transaction tx, int room) {
        List<Head> orphans = tx.heads().ofOtherModels(models, room);
        for (Head head : orphans) {
            Session session = Objects.requireNonNull(tx.sessions().find(head.session()));
            Message message = Objects.requireNonNull(tx.messages().find(head.message()));
            tx.sessions()
                    .save(queue.end(
                            tx,
                            session,
                            message,
                            List.of(),
                            new Failed(
                                    FailureReason.MODEL_REMOVED,
                                    "the model '" + head.model() + "' is no longer configured; give the session another"
                                            + " (UpdateSession; bin/meanwhile model SESSION NAME, or models replace OLD NAME for all) and"
                                            + " submit again",
                                    message.attempts())));
        }
        return orphans.size();
    }
}
