package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.store.Signals.News;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes news of entries that were just written, as long as they fit into one stream message. */
public final class LogNews {
    private static final int MAX_ENTRIES = 256;
    private static final int MAX_CHARACTERS = 2 << 10;

    private LogNews() {}

    /** @return null if they are too many, so that readers read them piece by piece */
    public static @Nullable News of(Message message, long first, List<ResponseEntry> entries) {
        if (entries.isEmpty() || entries.size() > MAX_ENTRIES || characters(entries) > MAX_CHARACTERS) {
            return null;
        }
        List<LogEntry> numbered = new ArrayList<>(entries.size());
        for (ResponseEntry entry : entries) {
            numbered.add(new LogEntry(first + numbered.size(), message.id(), entry));
        }
        return new News(message.key(), numbered);
    }

    private static int characters(List<ResponseEntry> entries) {
        int sum = 0;
        for (ResponseEntry entry : entries) {
            sum += switch (entry) {
                case ResponseEntry.Text text -> text.text().length();
                case ResponseEntry.Reasoning reasoning -> reasoning.text().length();
                default -> 0;
            };
        }
        return sum;
    }
}
