package dev.meanwhile.server.store;

/** A stored text fails its checksum; it is never served. */
public final class CorruptTextException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final long sequence;

    /** The sequence is the last one of the segment, so that a reader can go on behind it; 0 for other texts. */
    public CorruptTextException(String what, String remedy, long sequence) {
        super(what + " fails its checksum; " + remedy);
        this.sequence = sequence;
    }

    public long sequence() {
        return sequence;
    }
}
