package dev.meanwhile.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Where a command prints: results on stdout, all else on stderr. There errors and causes go wherever it leads; what a
 * person may want to know besides needs a terminal. What comes from outside must have gone through
 * {@link EscapeFilter} before. May be used from many threads.
 */
final class Screen {
    private static final JsonFormat.Printer JSON = JsonFormat.printer().omittingInsignificantWhitespace();
    private final OutputStream out;
    private final PrintStream err;
    private final boolean terminal;
    private final boolean errTerminal;
    private final boolean colours;
    private boolean lineOpen;
    private boolean shut;

    /**
     * @param terminal whether stdout is one; else there are no notes, no signals and no colours in results
     * @param errTerminal whether stderr is one; then a person who waits is told for what
     * @param colours whether they are wanted on terminals
     */
    Screen(OutputStream out, PrintStream err, boolean terminal, boolean errTerminal, boolean colours) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.errTerminal = errTerminal;
        this.colours = colours;
    }

    boolean isTerminal() {
        return terminal;
    }

    /** Whether somebody sees what {@link #status} says. */
    boolean isWatched() {
        return terminal || errTerminal;
    }

    boolean hasColours() {
        return terminal && colours;
    }

    String styled(Style style, String text) {
        return hasColours() ? style.on(text) : text;
    }

    /** Part of a result. */
    synchronized void print(String text) {
        if (shut || text.isEmpty()) {
            return;
        }
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new OutputGone(e);
        }
        lineOpen = !text.endsWith("\n");
    }

    /** A line of a result, on a line of its own. */
    synchronized void line(String text) {
        closeLine();
        print(text + "\n");
    }

    /** Ends the line on stdout if something stands on it. */
    synchronized void closeLine() {
        if (lineOpen) {
            print("\n");
        }
    }

    /** Something a person may want to know, and a program reading our output does not. */
    synchronized void note(String text) {
        if (terminal) {
            aside(text);
        }
    }

    /** What is waited for; into a pipe too, if stderr is a terminal. */
    synchronized void status(String text) {
        if (isWatched()) {
            aside(text);
        }
    }

    /** Why something does not go on; also where only a file takes it, since a script has no other way to know. */
    synchronized void cause(String text) {
        aside(text);
    }

    /** What went wrong. */
    synchronized void error(String text) {
        if (!shut) {
            if (terminal) {
                closeLine();
            }
            err.println(text);
            err.flush();
        }
    }

    /** A question; the answer is typed behind it. */
    synchronized void ask(String text) {
        if (!shut) {
            err.print(text);
            err.flush();
        }
    }

    /** The last words: nothing is printed after them. */
    synchronized void shut(String text) {
        if (!shut) {
            if (isWatched()) {
                err.println(); // behind the "^C" that the terminal shows
            }
            err.println(text);
            err.flush();
            shut = true;
        }
    }

    /** Asks the terminal for attention, by a sequence that leaves no mark in the text; elsewhere nothing. */
    synchronized void signal(String sequence) {
        if (terminal) {
            boolean open = lineOpen;
            print(sequence);
            lineOpen = open;
        }
    }

    /** A message of the contract as proto JSON on one line. */
    void json(MessageOrBuilder message) {
        try {
            print(escapeControls(JSON.print(message)) + "\n");
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("only an Any of an unknown type has no JSON", e);
        }
    }

    /** For picocli, which wants writers. */
    PrintWriter outWriter() {
        return new PrintWriter(
                new Writer() {
                    @Override
                    public void write(char[] text, int start, int length) {
                        print(new String(text, start, length)); // a PrintWriter keeps an IOException to itself
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                },
                true);
    }

    PrintWriter errWriter() {
        return new PrintWriter(err, true, StandardCharsets.UTF_8);
    }

    private void aside(String text) {
        if (!shut) {
            if (terminal) {
                closeLine();
            }
            err.println(errTerminal && colours ? Style.DIM.on(text) : text);
            err.flush();
        }
    }

    /** JSON itself escapes only the lower controls; terminals obey the upper ones too. */
    private static String escapeControls(String json) {
        StringBuilder escaped = null;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean control = c >= 0x7f && c <= 0x9f;
            if (control && escaped == null) {
                escaped = new StringBuilder(json.length() + 16).append(json, 0, i);
            }
            if (escaped != null) {
                escaped.append(control ? String.format("\\u%04x", (int) c) : c);
            }
        }
        return escaped == null ? json : escaped.toString();
    }

    /** Our output can't be written any more, so there is nothing left to do. */
    static final class OutputGone extends RuntimeException {
        private final String words;

        OutputGone(IOException cause) {
            super(cause);
            this.words = String.valueOf(cause.getMessage());
        }

        /** Whether whoever read it has had enough, as {@code head} has. */
        boolean isUnread() {
            return words.toLowerCase(Locale.ROOT).contains("pipe");
        }

        String words() {
            return words;
        }
    }
}
