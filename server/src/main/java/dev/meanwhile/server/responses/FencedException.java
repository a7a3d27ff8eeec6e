package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.Lease;

/** The lease is no longer the right one to write with: its message has ended, or a later attempt was granted. */
public final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public FencedException(Lease lease) {
        super(
                "attempt " + lease.attempt() + " of message " + lease.messageId() + " may not write any more",
                null,
                false,
                false);
    }
}
