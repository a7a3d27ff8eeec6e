package dev.meanwhile.client;

/**
 * Where a reader stands in the log of a session: everything up to the sequence has been seen. Good only for the
 * epoch it belongs to and, if it comes from following one message, only for that message.
 *
 * @param epoch empty = not known, so not checked
 */
public record Cursor(String epoch, long sequence) {
    /** Before the first entry. */
    public static final Cursor START = new Cursor("", 0);

    public Cursor {
        if (sequence < 0) {
            throw new IllegalArgumentException("a sequence is never negative: " + sequence);
        }
    }

    Cursor at(long newer) {
        return newer > sequence ? new Cursor(epoch, newer) : this;
    }
}
