package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import java.util.List;

/** Appends what a worker produces: checked against the fence, committed, then signalled. */
public final class ResponseLog {
    private final Storage storage;
    private final Signals signals;

    public ResponseLog(Storage storage, Signals signals) {
        this.storage = storage;
        this.signals = signals;
    }

    /**
     * Returns when the entries are on disk.
     *
     * @throws FencedException if the lease may not write any more; nothing was written then
     */
    public void append(Lease lease, List<ResponseEntry> entries) {
        Boolean written = storage.inTransaction(Caller.SERVICE, tx -> {
            Fence.Passed passed = Fence.tryPass(tx, lease);
            if (passed == null) {
                return false;
            }
            LogWriter.Written after = LogWriter.write(tx, passed.session(), passed.message(), entries);
            tx.sessions().save(after.session());
            if (!passed.message().visible()) {
                tx.messages().save(after.message());
            }
            tx.afterCommit(() -> signals.sessionChanged(lease.sessionKey(), lease.workspace()));
            return true;
        });
        if (!written) {
            throw new FencedException(lease);
        }
    }
}
