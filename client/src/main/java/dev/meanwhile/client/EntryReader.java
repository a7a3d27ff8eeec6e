package dev.meanwhile.client;

import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.TextChunk;
import java.util.HashMap;
import java.util.Map;

/** Takes entries apart for the listener and checks each answer that ends whole; lives across cuts. */
final class EntryReader {
    private final LogListener listener;
    private final Map<String, AnswerCheck> running = new HashMap<>();

    EntryReader(LogListener listener) {
        this.listener = listener;
    }

    /** Whether the entry is a terminal one that is known; of a kind that is not, only the sequence counts. */
    boolean read(ResponseEntry entry, Cursor through) {
        String id = entry.getMessageId();
        switch (entry.getKindCase()) {
            case STARTED -> {
                running.put(id, AnswerCheck.fromBeginning());
                listener.started(id, entry.getStarted());
            }
            case TEXT -> {
                TextChunk text = entry.getText();
                running.computeIfAbsent(id, unseen -> checkFrom(text)).add(text.getTextBytes());
                listener.text(id, text.getText());
            }
            case REASONING -> listener.reasoning(id, entry.getReasoning().getText());
            case ATTEMPT_RESET -> {
                running.put(id, AnswerCheck.fromBeginning());
                listener.dropText(id, entry.getAttemptReset());
            }
            case COMPLETED -> {
                AnswerCheck check = running.remove(id);
                boolean checked = check != null && check.matches(id, entry.getCompleted());
                listener.ended(id, new AnswerEnd.Completed(entry.getCompleted(), checked), through);
                return true;
            }
            case FAILED -> {
                running.remove(id);
                listener.ended(id, new AnswerEnd.Failed(entry.getFailed()), through);
                return true;
            }
            case CANCELLED -> {
                running.remove(id);
                listener.ended(id, new AnswerEnd.Cancelled(entry.getCancelled()), through);
                return true;
            }
            case KIND_NOT_SET -> {
                // A kind of a later server.
            }
        }
        return false;
    }

    void dropEverything() {
        running.clear();
        listener.dropEverything();
    }

    private static AnswerCheck checkFrom(TextChunk first) {
        return first.getChunkIndex() == 0 ? AnswerCheck.fromBeginning() : AnswerCheck.fromMiddle();
    }
}
