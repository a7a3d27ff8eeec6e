package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes what a worker produces: checked against the fence, committed, then signalled. */
public final class ResponseLog {
    private final Storage storage;
    private final Signals signals;
    private final Metrics metrics;

    public ResponseLog(Storage storage, Signals signals, Metrics metrics) {
        this.storage = storage;
        this.signals = signals;
        this.metrics = metrics;
    }

    /** Ends or gives up an attempt in the transaction that has let it pass the fence; gives the session to save. */
    @FunctionalInterface
    public interface Ending {
        Session apply(Transaction tx, Session session, Message message);
    }

    /**
     * Returns when the entries are on disk.
     *
     * @throws FencedException if the lease may not write any more; nothing was written then
     */
    public void append(Lease lease, List<ResponseEntry> entries) {
        end(lease, (tx, session, message) -> {
            LogWriter.Written after = LogWriter.write(tx, session, message, entries);
            if (!message.visible()) {
                tx.messages().save(after.message());
            }
            tx.afterCommit(() -> {
                metrics.chunksAppended(entries.size(), bytes(entries));
                signals.sessionChanged(
                        lease.sessionKey(),
                        lease.workspace(),
                        () -> LogNews.of(message, session.lastSequence() + 1, entries));
            });
            return after.session();
        });
    }

    /**
     * Returns when the ending is on disk.
     *
     * @throws FencedException if the lease may not write any more; nothing was written then
     */
    public void end(Lease lease, Ending ending) {
        Boolean written = storage.inTransaction(Caller.SERVICE, tx -> {
            Fence.Passed passed = Fence.tryPass(tx, lease);
            if (passed == null) {
                return false;
            }
            tx.sessions().save(ending.apply(tx, passed.session(), passed.message()));
            return true;
        });
        if (!written) {
            metrics.fencedWrite();
            throw new FencedException(lease);
        }
    }

    private static long bytes(List<ResponseEntry> entries) {
        long bytes = 0;
        for (ResponseEntry entry : entries) {
            if (entry instanceof ResponseEntry.Text(String text, int index)) {
                bytes += text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return bytes;
    }
}
