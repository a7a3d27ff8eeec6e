package dev.meanwhile.server.soak;

import dev.meanwhile.server.soak.Findings.Kind;
import dev.meanwhile.server.soak.Tail.Cursor;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceStub;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** The readers of a {@link KillRun}: of whole sessions and of single messages, with cursors of every kind. */
final class Readers {
    private static final Executor POLL = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);
    private static final int FOLLOW_EVERY = 32;
    private static final int PATIENCE_SECONDS = 60;

    private final List<String> sessions;
    private final Ledger ledger;
    private final Findings findings;
    private final BooleanSupplier serverDown;
    private final List<Tail> tails = new CopyOnWriteArrayList<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private Map<String, Long> readAgainFrom = new HashMap<>();
    private Map<String, Long> readAgainNextFrom = new HashMap<>();

    Readers(List<String> sessions, Ledger ledger, Findings findings, BooleanSupplier serverDown) {
        this.sessions = sessions;
        this.ledger = ledger;
        this.findings = findings;
        this.serverDown = serverDown;
        for (int i = 0; i < sessions.size(); i++) {
            tails.add(tail(sessions.get(i), "", Cursor.ENTRY));
            if (i % 4 == 0) {
                tails.add(tail(sessions.get(i), "", Cursor.HEARTBEAT));
                tails.add(tail(sessions.get(i), "", Cursor.CLOSING));
            }
        }
    }

    /** Goes on from all cursors; returns how many of each kind an earlier server had given. */
    Map<Cursor, Integer> open(SessionServiceStub stub) {
        Map<Cursor, Integer> resumed = new EnumMap<>(Cursor.class);
        for (Tail tail : tails) {
            if (!tail.over()) {
                if (tail.cursorMoved()) {
                    resumed.merge(tail.kind(), 1, Integer::sum);
                }
                tail.open(stub);
            }
        }
        return resumed;
    }

    /** One message in a few gets a reader of its own, with the next kind of cursor. */
    void follow(Message message, SessionServiceStub stub) {
        int number = acknowledged.incrementAndGet();
        if (number % FOLLOW_EVERY == 0) {
            Cursor kind = Cursor.values()[number / FOLLOW_EVERY % Cursor.values().length];
            Tail tail = tail(message.getSessionId(), message.getMessageId(), kind);
            tail.open(stub);
            tails.add(tail);
        }
    }

    /** Whether the server that runs has given somebody a cursor of every kind. */
    boolean hadEveryCursor() {
        int missing = Cursor.values().length;
        for (Cursor kind : Cursor.values()) {
            if (tails.stream().anyMatch(tail -> tail.kind() == kind && tail.cursorMoved() && !tail.over())) {
                missing--;
            }
        }
        return missing == 0;
    }

    /** Waits until every stream has ended. */
    void awaitEnds() throws Exception {
        CompletableFuture.allOf(tails.stream().map(Tail::stream).toArray(CompletableFuture[]::new))
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Reads what was read before, with readers that know nothing, so that the ledger compares it.
     *
     * @param all from the beginning, else only what came since the start before the last
     */
    void readAgain(SessionServiceStub stub, boolean all) throws Exception {
        Map<String, Long> known = new HashMap<>();
        List<Tail> again = new ArrayList<>();
        for (String session : sessions) {
            known.put(session, ledger.last(session));
            long from = all ? 0 : readAgainFrom.getOrDefault(session, 0L);
            again.add(new Tail(session, "", Cursor.CLOSING, ledger, findings, serverDown, null)
                    .from(from)
                    .open(stub));
        }
        for (int i = 0; i < again.size(); i++) {
            again.get(i).stream().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            long before = known.getOrDefault(sessions.get(i), 0L);
            if (again.get(i).reached() < before) {
                findings.add(
                        Kind.LOST,
                        sessions.get(i) + " ends at " + again.get(i).reached() + ", but was read up to " + before);
            }
        }
        readAgainFrom = readAgainNextFrom;
        readAgainNextFrom = known;
    }

    /** Nothing comes any more: every reader must come to its end by itself, with all there is. */
    void finish() throws Exception {
        tails.forEach(Tail::finish);
        awaitEnds();
        tails.forEach(Tail::judge);
    }

    private Tail tail(String session, String messageId, Cursor kind) {
        return new Tail(session, messageId, kind, ledger, findings, serverDown, POLL);
    }
}
