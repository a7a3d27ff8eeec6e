package dev.meanwhile.server.queue;

import dev.meanwhile.server.domain.FailedAttempt;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.LaneEventKind;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.ResponseEntry.AttemptReset;
import dev.meanwhile.server.domain.ResponseEntry.Completed;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.server.domain.ResponseEntry.Outcome;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.SessionCounts;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.responses.LogNews;
import dev.meanwhile.server.responses.LogWriter;
import dev.meanwhile.server.store.Head;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.GuideLog;
import dev.meanwhile.server.telemetry.Metrics;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The life of messages from their submission to their end. All methods run inside a transaction of the caller's; a
 * session that is given and returned is not saved, so that the caller saves it once.
 *
 * <p>{@link #end} is the only way a message ends: terminal entry, state, notification and next head in one
 * transaction.
 */
public final class MessageQueue {
    private final QueueConfig config;
    private final Signals signals;
    private final RunningLeases leases;
    private final Metrics metrics;
    private final Throughput submitted;
    private final Throughput ended;
    /** Sessions with unended messages; changed by after-commit callbacks only, so it follows the commits' order. */
    private final AtomicLong channels = new AtomicLong();

    public MessageQueue(QueueConfig config, Signals signals, RunningLeases leases, Metrics metrics, Clock clock) {
        this.config = config;
        this.signals = signals;
        this.leases = leases;
        this.metrics = metrics;
        this.submitted = new Throughput(clock);
        this.ended = new Throughput(clock);
    }

    Metrics metrics() {
        return metrics;
    }

    public Throughput submitted() {
        return submitted;
    }

    public Throughput ended() {
        return ended;
    }

    /** @throws Refusal QUEUE_FULL or WORKSPACE_QUOTA if no further message has room */
    public void checkRoom(Transaction tx, long workspace) {
        if (tx.lanes().unended() >= config.capacity()) {
            throw Refusal.queueFull(config.capacity(), ended.timeFor(Math.max(1, config.capacity() / 100)));
        }
        if (tx.lanes().unended(workspace) >= config.workspaceCapacity()) {
            throw Refusal.workspaceQuota(
                    config.workspaceCapacity(), ended.timeFor(Math.max(1, config.workspaceCapacity() / 100)));
        }
    }

    /** Takes in a message that was just inserted; it becomes the head if its session has no unended one. */
    public Session offer(Transaction tx, Session session, Message message, int textBytes) {
        Priority override = message.submission().override();
        Session after = session.withCounts(session.counts().addQueued(override, 1));
        Depths.shift(tx, session, after);
        boolean head = session.counts().unended() == 0;
        if (head) {
            FairLanes.enter(tx, after, FairLanes.newHead(after, message.key()), override, LaneEventKind.BECAME_HEAD);
        }
        int high = tx.lanes().find(session.model(), Priority.HIGH).queued();
        int low = tx.lanes().find(session.model(), Priority.LOW).queued();
        tx.afterCommit(() -> {
            submitted.add(1);
            long open = head ? channels.incrementAndGet() : channels.get();
            GuideLog.queueSubmitting(session.id(), message.submission().priority(), textBytes);
            GuideLog.queueRegistered(session.id(), open);
            GuideLog.queueEnqueued(session.id(), high, low);
        });
        if (head) {
            tx.workAvailable();
        }
        return after;
    }

    /**
     * Ends a message that has not ended: writes the last entries and the terminal one, posts the notification and
     * makes the next message of the session its head.
     */
    public Session end(
            Transaction tx, Session session, Message message, List<ResponseEntry> lastEntries, Outcome outcome) {
        if (message.state().ended()) {
            throw new IllegalStateException("message " + message.id() + " has ended before");
        }
        List<ResponseEntry> entries = new ArrayList<>(lastEntries);
        entries.add(outcome);
        LogWriter.Written written = LogWriter.write(tx, session, message, entries);
        long terminal = written.session().lastSequence();
        long number = tx.workspaces().takeNotificationNumber(session.workspaceKey());
        Message after = written.message().ended(outcome, terminal, number, tx.now());
        tx.messages().save(after);
        tx.notifications().insert(session, number, after, terminal);

        Session counted =
                written.session().withCounts(countEnd(written.session().counts(), message, lastEntries));
        if (outcome instanceof Completed completed) {
            counted = counted.withUsage(counted.usage().plus(completed.usage()));
        }
        boolean wasQueued = message.state() == MessageState.QUEUED;
        if (wasQueued) {
            Depths.shift(tx, session, counted);
        } else {
            tx.lanes().count(session.workspaceKey(), message.model(), laneOf(message), 0, -1);
        }
        boolean anotherHead = replaceHead(tx, counted, message);
        tellOfEnd(tx, counted, after, () -> LogNews.of(after, session.lastSequence() + 1, entries));
        if (anotherHead) {
            tx.workAvailable();
        }
        return counted;
    }

    /** The newest attempt failed and another follows at that time; until then the message holds no slot. */
    public Session retry(
            Transaction tx, Session session, Message message, Message.Faults faults, Failed failure, Instant due) {
        Session after = giveUp(tx, session, message, faults, failure);
        Head head = headOf(tx, session).retrying(due);
        tx.heads().save(FairLanes.wanted(after, head, message.submission().override()));
        Duration delay = Duration.between(tx.now(), due);
        tx.afterCommit(() -> {
            metrics.retryScheduled(failure.reason());
            ServiceLog.retryScheduled(session.id(), message.attempts(), failure.reason(), delay);
            signals.sessionChanged(session.key(), session.workspace());
        });
        tx.workAvailable();
        return after;
    }

    /** Puts a message back into its lane whose attempt ended with the server, not with an answer; the caller says so. */
    public Session takeBack(Transaction tx, Session session, Message message, Message.Faults faults, Failed why) {
        Session after = giveUp(tx, session, message, faults, why);
        Head head = headOf(tx, session).retrying(tx.now());
        FairLanes.enter(tx, after, head, message.submission().override(), LaneEventKind.TAKEN_BACK);
        tx.afterCommit(() -> signals.sessionChanged(session.key(), session.workspace()));
        tx.workAvailable();
        return after;
    }

    /** Moves counters and head after the session's active state, state or model changed. */
    public void reprioritize(Transaction tx, Session before, Session after, LaneEventKind kind) {
        Depths.shift(tx, before, after);
        Head head = tx.heads().find(after.key());
        if (head == null || head.status() == Head.Status.RUNNING) {
            return; // it keeps its slot
        }
        Message message = require(tx.messages().find(head.message()));
        Priority override = message.submission().override();
        Head wanted = FairLanes.wanted(after, head, override);
        if (head.status() == Head.Status.RETRYING) {
            tx.heads().save(wanted); // placed there when it is due
        } else if (!wanted.equals(head)) {
            FairLanes.leave(tx, head);
            FairLanes.enter(tx, after, head, override, kind);
            tx.workAvailable();
        }
    }

    /** Drops all unended work of a session that is being deleted; its messages are purged later. */
    public void drop(Transaction tx, Session session) {
        Depths.shift(tx, session, session.withCounts(SessionCounts.ZERO));
        Head head = tx.heads().find(session.key());
        if (head == null) {
            return;
        }
        Message message = require(tx.messages().find(head.message()));
        if (message.state() == MessageState.RUNNING) {
            tx.lanes().count(session.workspaceKey(), message.model(), laneOf(message), 0, -1);
        }
        FairLanes.leave(tx, head);
        tx.heads().remove(session.key());
        tx.afterCommit(() -> {
            channels.decrementAndGet();
            leases.stop(message.key());
        });
    }

    /** At the start: counts the sessions with unended messages that are there already. */
    public void countChannels(long count) {
        channels.set(count);
    }

    private Session giveUp(Transaction tx, Session session, Message message, Message.Faults faults, Failed failure) {
        LogWriter.Written written = message.visible()
                ? LogWriter.write(tx, session, message, List.of(new AttemptReset(message.attempts(), failure.reason())))
                : new LogWriter.Written(session, message);
        tx.messages().save(written.message().givenUp(faults));
        Instant start = message.attemptTime();
        tx.messages()
                .addFailedAttempt(
                        message.key(),
                        new FailedAttempt(
                                message.attempts(),
                                start == null ? tx.now() : start,
                                tx.now(),
                                message.model(),
                                laneOf(message),
                                failure.reason(),
                                failure.message()));
        return written.session();
    }

    private static SessionCounts countEnd(SessionCounts counts, Message message, List<ResponseEntry> lastEntries) {
        SessionCounts after = message.state() == MessageState.QUEUED
                ? counts.addQueued(message.submission().override(), -1)
                : counts.addRunning(-1);
        after = after.addNews(1, 1);
        boolean text = message.visible() || lastEntries.stream().anyMatch(ResponseEntry.Text.class::isInstance);
        return text ? after.addAnswered() : after;
    }

    /** Whether another head was placed. Changes nothing if the message was not the head. */
    private boolean replaceHead(Transaction tx, Session session, Message message) {
        Head head = headOf(tx, session);
        if (head.message() != message.key()) {
            return false;
        }
        FairLanes.leave(tx, head);
        Message next = session.counts().unended() == 0 ? null : tx.messages().oldestUnended(session.key());
        if (next == null) {
            tx.heads().remove(session.key());
            tx.afterCommit(channels::decrementAndGet);
            return false;
        }
        FairLanes.enter(
                tx,
                session,
                FairLanes.newHead(session, next.key()),
                next.submission().override(),
                LaneEventKind.BECAME_HEAD);
        return true;
    }

    private void tellOfEnd(Transaction tx, Session session, Message message, Supplier<Signals.@Nullable News> entries) {
        Outcome outcome = require(message.outcome());
        tx.afterCommit(() -> {
            ended.add(1);
            Instant start = message.attemptTime();
            Instant end = require(message.endTime());
            metrics.messageEnded(session.model(), message.state(), Duration.between(start == null ? end : start, end));
            leases.stop(message.key());
            FailureReason reason = null;
            if (outcome instanceof Failed failed) {
                reason = failed.reason();
                ServiceLog.failed(session.id(), reason, failed.attempts());
            }
            GuideLog.notified(
                    session.id(), message.state(), message.submission().route(), reason);
            if (outcome instanceof Completed completed) {
                GuideLog.stored(
                        session.id(),
                        completed.byteCount(),
                        session.counts().answered(),
                        message.submission().route());
            }
            // In a closed session the end of the log may have come with it, which only a read can tell.
            boolean open = session.state() == SessionState.OPEN;
            signals.sessionChanged(session.key(), session.workspace(), open ? entries : () -> null);
        });
    }

    private static Head headOf(Transaction tx, Session session) {
        return require(tx.heads().find(session.key()));
    }

    private static Priority laneOf(Message message) {
        return require(message.lane());
    }

    private static <T> T require(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the queue's tables disagree");
        }
        return value;
    }
}
