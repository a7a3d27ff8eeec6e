package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Notification;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.Workspace;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.Transaction;
import java.util.List;
import java.util.Objects;

/** Notifications and read cursors: what is news, and what is no longer. */
public final class Reading {
    /** Each ended message writes three rows, and no command writes more than 1,000. */
    private static final int PER_COMMAND = 200;

    private final Storage storage;
    private final Signals signals;

    public Reading(Storage storage, Signals signals) {
        this.storage = storage;
        this.signals = signals;
    }

    /** Notifications by descending number, and whether there are more. */
    public record Page(List<Notification> notifications, boolean more) {}

    /** A session after its read cursor moved. */
    public record Read(Session session, int acknowledged) {}

    private record Step(Session session, int acknowledged, boolean done) {}

    /** With a lower number than that; session id empty = of all sessions. */
    public Page list(String workspace, String sessionId, long beforeNumber, int size) {
        return storage.read(tx -> {
            Workspace found = tx.workspaces().find(workspace);
            Long session = sessionId.isEmpty()
                    ? null
                    : Long.valueOf(
                            Lookup.session(tx, workspace, found, sessionId).key());
            if (found == null) {
                return new Page(List.of(), false);
            }
            List<Notification> notifications = tx.notifications().before(found.key(), session, beforeNumber, size + 1);
            boolean more = notifications.size() > size;
            return new Page(more ? notifications.subList(0, size) : notifications, more);
        });
    }

    /** Acknowledges; unknown numbers are skipped. Returns how many it acknowledged. */
    public int acknowledge(String workspace, List<Long> numbers) {
        int acknowledged = 0;
        for (int from = 0; from < numbers.size(); from += PER_COMMAND) {
            List<Long> part = numbers.subList(from, Math.min(numbers.size(), from + PER_COMMAND));
            acknowledged += storage.inTransaction(Caller.USER, tx -> {
                Workspace found = tx.workspaces().find(workspace);
                return found == null ? 0 : acknowledge(tx, found, part);
            });
        }
        return acknowledged;
    }

    /** Moves the read cursor forward to that sequence; a lower one changes nothing. Epoch empty = unchecked. */
    public Read markRead(String workspace, String sessionId, long through, String epoch) {
        int acknowledged = 0;
        while (true) {
            Step step = storage.inTransaction(Caller.USER, tx -> {
                Session session = Lookup.session(tx, workspace, sessionId);
                if (!epoch.isEmpty() && !epoch.equals(session.epoch())) {
                    throw Refusal.readInAnotherLog(session.epoch());
                }
                if (through > session.lastSequence()) {
                    throw Refusal.readAhead(through, session.lastSequence(), session.epoch());
                }
                return readOn(tx, session, through);
            });
            acknowledged += step.acknowledged();
            if (step.done()) {
                return new Read(step.session(), acknowledged);
            }
        }
    }

    private Step readOn(Transaction tx, Session session, long through) {
        if (through <= session.readSequence()) {
            return new Step(session, 0, true);
        }
        List<Message> covered = tx.messages().endedBetween(session.key(), session.readSequence(), through, PER_COMMAND);
        int acknowledged = 0;
        for (Message message : covered) {
            acknowledged += acknowledge(tx, session.workspaceKey(), message) ? 1 : 0;
        }
        boolean done = covered.size() < PER_COMMAND;
        Session after = session.withReadSequence(
                        done ? through : covered.getLast().terminalSequence())
                .withCounts(session.counts().addNews(-covered.size(), -acknowledged));
        tx.sessions().save(after);
        tx.afterCommit(() -> signals.sessionChanged(session.key(), session.workspace()));
        return new Step(after, acknowledged, done);
    }

    private int acknowledge(Transaction tx, Workspace workspace, List<Long> numbers) {
        int acknowledged = 0;
        for (long number : numbers) {
            Notification notification = tx.notifications().find(workspace.key(), number);
            if (notification == null) {
                continue;
            }
            Message message = Objects.requireNonNull(tx.messages().find(notification.messageKey()));
            acknowledge(tx, workspace.key(), message);
            Session session = Objects.requireNonNull(tx.sessions().find(notification.sessionKey()));
            tx.sessions().save(session.withCounts(session.counts().addNews(0, -1)));
            tx.afterCommit(() -> signals.sessionChanged(session.key(), session.workspace()));
            acknowledged++;
        }
        return acknowledged;
    }

    /** Whether its notification was still there. */
    private static boolean acknowledge(Transaction tx, long workspace, Message message) {
        if (message.acknowledgeTime() != null) {
            return false;
        }
        tx.notifications().remove(workspace, message.notification());
        tx.messages().save(message.acknowledged(tx.now()));
        return true;
    }
}
