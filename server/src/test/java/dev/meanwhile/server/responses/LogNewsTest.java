package dev.meanwhile.server.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.ResponseEntry.Completed;
import dev.meanwhile.server.domain.ResponseEntry.Text;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.store.Signals.News;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** News spare a read only where they are exactly what the read would bring. */
class LogNewsTest {
    private static final long SESSION = 1;
    private static final long MESSAGE = 7;
    private static final Text TEXT = new Text("word", 0);
    private static final Completed END = new Completed(FinishReason.STOP, 1, 4, "00", TokenUsage.NONE);

    /** Seen red: without looking at the position. */
    @Test
    void areTakenOnlyRightBehindThePosition() {
        LogCursor cursor = new LogCursor(SESSION, null, 4, true, 0);
        assertNull(cursor.take(news(6, TEXT)), "a gap");
        assertNull(cursor.take(news(4, TEXT, TEXT)), "known already");
        assertEquals(4, cursor.position());

        assertEquals(
                new LogCursor.Step.Entries(news(5, TEXT, TEXT).entries(), false, true),
                cursor.take(news(5, TEXT, TEXT)));
        assertEquals(6, cursor.position());
        assertNull(cursor.take(news(5, TEXT, TEXT)), "twice");
    }

    /** Seen red: with an end that is not told. */
    @Test
    void endTheStreamOfTheirMessage() {
        LogCursor cursor = new LogCursor(SESSION, MESSAGE, 4, true, 0);
        assertFalse(cursor.concerns(MESSAGE + 1), "another message's");
        assertEquals(
                new LogCursor.Step.Entries(news(5, TEXT, END).entries(), true, true), cursor.take(news(5, TEXT, END)));
    }

    /** Seen red: without looking at follow. */
    @Test
    void areNothingToAReaderThatWantsWhatWasThereAtTheCall() {
        assertNull(new LogCursor(SESSION, null, 4, false, 9).take(news(5, TEXT)));
    }

    private static News news(long first, ResponseEntry... entries) {
        List<LogEntry> numbered = new ArrayList<>();
        for (ResponseEntry entry : entries) {
            numbered.add(new LogEntry(first + numbered.size(), "m", entry));
        }
        return new News(MESSAGE, numbered);
    }
}
