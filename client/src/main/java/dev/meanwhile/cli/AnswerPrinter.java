package dev.meanwhile.cli;

import dev.meanwhile.client.AnswerEnd;
import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.LogListener;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.AttemptReset;
import dev.meanwhile.v1.FailureReason;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Prints answers as they come. What a terminal shows is never rewritten: text that turns out void is followed by a
 * line that says so. Into a pipe each answer goes when it has ended, so that what is void never gets there.
 */
final class AnswerPrinter implements LogListener {
    private final Screen screen;
    private final boolean manyMessages;
    private final Consumer<Cursor> afterEnd;
    private final Map<String, Part> parts = new HashMap<>();
    private String onScreen = "";
    private boolean lost;

    /**
     * @param manyMessages whether to say which message a text is of
     * @param afterEnd called when an end has been printed
     */
    AnswerPrinter(Screen screen, boolean manyMessages, Consumer<Cursor> afterEnd) {
        this.screen = screen;
        this.manyMessages = manyMessages;
        this.afterEnd = afterEnd;
    }

    @Override
    public void text(String messageId, String text) {
        lost = false;
        Part part = parts.computeIfAbsent(messageId, id -> new Part());
        String shown = part.filter.next(text);
        if (screen.isTerminal()) {
            turnTo(messageId);
            screen.print(shown);
        } else {
            part.held.append(shown);
        }
    }

    @Override
    public void dropText(String messageId, AttemptReset reset) {
        if (parts.remove(messageId) != null && screen.isTerminal()) {
            turnTo(messageId);
            String cause = reset.getCause() == FailureReason.FAILURE_REASON_WORKER_LOST
                    ? "the server ended" // on purpose or not
                    : Words.value(reset.getCause(), "FAILURE_REASON_");
            say("[attempt " + reset.getAttempt() + " failed (" + cause + "): its text above is void; another follows]");
        }
    }

    @Override
    public void dropEverything() {
        parts.clear();
        if (screen.isTerminal()) {
            say("[the log of this session was replaced: all of it above is void; here is what there is now]");
        } else {
            screen.error("meanwhile: the log of this session was replaced: all that was printed of it is void;"
                    + " what there is now follows");
        }
    }

    @Override
    public void ended(String messageId, AnswerEnd end, Cursor through) {
        lost = false;
        Part part = parts.remove(messageId);
        if (part != null && !part.held.isEmpty()) {
            turnTo(messageId);
            screen.print(part.held.toString());
        }
        screen.closeLine();
        String words = (manyMessages ? "message " + messageId + " " : "") + Words.end(end);
        switch (end) {
            case AnswerEnd.Completed(AnswerCompleted entry, boolean checked)
            when Words.isStoppedShort(entry.getFinishReason()) -> screen.error("meanwhile: " + words);
            case AnswerEnd.Completed e -> screen.note(words);
            case AnswerEnd.Told e -> screen.note(words);
            case AnswerEnd.Failed e -> screen.error("meanwhile: " + words);
            case AnswerEnd.Cancelled e -> screen.error("meanwhile: " + words);
            case AnswerEnd.Gone e -> screen.error("meanwhile: " + words);
        }
        onScreen = "";
        afterEnd.accept(through);
    }

    /** Said once, however long it takes. */
    @Override
    public void cut(RpcError cause, Duration pause) {
        if (!lost) {
            lost = true;
            screen.status("connection lost (" + EscapeFilter.line(String.valueOf(cause.getMessage()))
                    + "); it goes on where it was as soon as the server is back");
        }
    }

    /** Each message begins on a line of its own. */
    private void turnTo(String messageId) {
        if (!messageId.equals(onScreen)) {
            screen.closeLine();
            onScreen = messageId;
            if (manyMessages) {
                say("[message " + messageId + "]");
            }
        }
    }

    private void say(String words) {
        screen.line(screen.styled(Style.DIM, EscapeFilter.line(words)));
    }

    /** What is going on with one message. */
    private static final class Part {
        private final EscapeFilter filter = new EscapeFilter();
        private final StringBuilder held = new StringBuilder();
    }
}
