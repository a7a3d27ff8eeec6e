package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ResponseEntry;
import java.util.List;

/** The entries of the response logs, in segments: one row for the consecutive entries of one commit. */
public interface Segments {

    /** Writes the entries at the sequence given and those that follow it. */
    void append(Message message, long firstSequence, List<ResponseEntry> entries);

    /**
     * Entries of the message beyond the sequence, ascending: whole segments until one of the bounds is reached. None
     * are left out: what the log must hold and does not is damage too.
     *
     * @throws CorruptTextException if the next segment fails its checksum or is missing
     */
    List<LogEntry> read(Message message, long afterSequence, int maxEntries, int maxBytes);

    /** What was removed; {@code all} if nothing of the message is left. */
    record Removed(int rows, int bytes, boolean all) {}

    /** Removes segments of a message, oldest first, until one of the bounds is reached. */
    Removed remove(long message, int maxRows, int maxBytes);
}
