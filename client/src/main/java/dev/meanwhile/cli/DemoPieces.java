package dev.meanwhile.cli;

import dev.meanwhile.client.AnswerEnd;
import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.LogListener;
import dev.meanwhile.v1.AttemptReset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows when each piece of an answer came, each on a line, so that the server's log can stand between them. */
final class DemoPieces implements LogListener {
    private final @Nullable Screen screen;
    private final EscapeFilter filter = new EscapeFilter();
    private final long start = System.nanoTime();

    /**
     * @param screen null = don't show them
     */
    DemoPieces(@Nullable Screen screen) {
        this.screen = screen;
    }

    @Override
    public void text(String messageId, String text) {
        if (screen != null) {
            double seconds = (System.nanoTime() - start) / 1e9;
            String shown = filter.next(text).replace('\n', ' ').strip();
            screen.line(String.format(Locale.ROOT, "   %5.2f s | %s", seconds, shown));
        }
    }

    @Override
    public void dropText(String messageId, AttemptReset reset) {
        if (screen != null) {
            screen.line("   the model broke off; it begins anew:");
        }
    }

    @Override
    public void ended(String messageId, AnswerEnd end, Cursor through) {}

    @Override
    public void dropEverything() {}
}
