package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.store.Messages;
import dev.meanwhile.server.store.Segments;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Removes what deleted sessions left behind, piece by piece, one piece a commit. */
public final class Purger implements Runnable {
    private static final int ROWS_PER_PIECE = 1_000;
    private static final int BYTES_PER_PIECE = 1 << 20;

    private static final int MESSAGES_PER_PIECE = 100;

    private static final long STORE_RETRY_SECONDS = 1;
    private final Storage storage;
    private final Semaphore work = new Semaphore(1); // what an earlier run left
    private final Thread thread = Thread.ofPlatform().name("purger").unstarted(this);

    public Purger(Storage storage, Signals signals) {
        this.storage = storage;
        signals.onPurge(work::release);
    }

    public void start() {
        thread.start();
    }

    public void stop() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    @Override
    public void run() {
        try {
            while (true) {
                work.acquire();
                work.drainPermits();
                while (purgePiece()) {
                    Thread.onSpinWait(); // the writer sets the pace: each piece waits for its commit
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes one piece; false = nothing is left. */
    public boolean purgePiece() throws InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        try {
            return storage.inTransaction(Caller.SERVICE, Purger::purgePiece);
        } catch (Refusal refusal) {
            TimeUnit.SECONDS.sleep(STORE_RETRY_SECONDS);
            return true;
        }
    }

    private static boolean purgePiece(Transaction tx) {
        List<Long> deleted = tx.sessions().deleted(1);
        if (deleted.isEmpty()) {
            return false;
        }
        Session session = Objects.requireNonNull(tx.sessions().find(deleted.getFirst()));
        List<Message> messages = tx.messages().after(session.key(), 0, MESSAGES_PER_PIECE);
        if (messages.isEmpty()) {
            tx.sessions().remove(session.key());
            tx.afterCommit(() -> ServiceLog.purgeDone(session.id()));
            return true;
        }
        int rows = 0;
        int bytes = 0;
        for (Message message : messages) {
            // Half for the segments leaves room for what hangs on one message.
            Segments.Removed removed =
                    tx.segments().remove(message.key(), ROWS_PER_PIECE / 2 - rows, BYTES_PER_PIECE / 2 - bytes);
            rows += removed.rows();
            bytes += removed.bytes();
            Messages.Size size = tx.messages().size(message.key());
            if (!removed.all() || rows + size.rows() > ROWS_PER_PIECE || bytes + size.bytes() > BYTES_PER_PIECE) {
                return true; // the rest comes with the next piece
            }
            tx.notifications().remove(session.workspaceKey(), message.notification());
            tx.messages().remove(message.key());
            rows += size.rows();
            bytes += size.bytes();
            if (rows >= ROWS_PER_PIECE / 2 || bytes >= BYTES_PER_PIECE / 2) {
                return true;
            }
        }
        return true;
    }
}
