package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ResponseEntry.AttemptReset;
import dev.meanwhile.server.domain.ResponseEntry.Text;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.store.CorruptTextException;
import dev.meanwhile.server.store.Transaction;

/** Folds the entries of one message into its turn, as they come. */
final class TurnFold {
    private final MessageView view;
    private final String text;
    private final boolean textTruncated;
    private final boolean textUnreadable;
    private final int textBytes;
    private final StringBuilder answer = new StringBuilder();
    private long answerBytes;
    private long after;
    private long through;
    private boolean truncated;
    private boolean unreadable;

    /**
     * @param maxTextBytes the user's text is cut there
     * @param after entries up to this sequence are not folded in
     */
    TurnFold(Transaction tx, Session session, Message message, int maxTextBytes, long after) {
        this.view = MessageView.of(tx, session, message);
        this.after = after;
        this.through = after;
        String whole = "";
        boolean readable = true;
        try {
            whole = tx.messages().text(message);
        } catch (CorruptTextException e) {
            readable = false;
        }
        this.text = Utf8.cut(whole, maxTextBytes);
        this.textTruncated = text.length() < whole.length();
        this.textUnreadable = !readable;
        this.textBytes = Utf8.length(text);
    }

    /** Bytes of the user's text and the answer so far. */
    long bytes() {
        return textBytes + answerBytes;
    }

    long answerBytes() {
        return answerBytes;
    }

    Message message() {
        return view.message();
    }

    /** Bytes that the entry would add. */
    static int bytesOf(LogEntry entry) {
        return entry.entry() instanceof Text piece ? Utf8.length(piece.text()) : 0;
    }

    void add(LogEntry entry) {
        through = entry.sequence();
        switch (entry.entry()) {
            case Text piece -> {
                answer.append(piece.text());
                answerBytes += bytesOf(entry);
            }
            case AttemptReset reset -> {
                answer.setLength(0);
                answerBytes = 0;
                after = entry.sequence();
                truncated = false;
            }
            default -> {}
        }
    }

    void truncated() {
        truncated = true;
    }

    void unreadable(long throughSequence) {
        unreadable = true;
        through = throughSequence;
    }

    Turn turn() {
        return new Turn(
                view,
                text,
                textTruncated,
                textUnreadable,
                unreadable ? "" : answer.toString(),
                after,
                through,
                truncated,
                unreadable);
    }
}
