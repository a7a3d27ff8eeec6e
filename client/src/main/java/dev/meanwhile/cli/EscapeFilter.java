package dev.meanwhile.cli;

/**
 * Takes out of one text, piece by piece, what would drive a terminal: escape sequences, also when a piece ends within
 * one, and control characters except line feed and tab. A sequence that never ends hides at most the rest of its line.
 */
final class EscapeFilter {
    private static final char ESC = 0x1b;

    private enum State {
        TEXT,
        /** Behind ESC. */
        ESCAPE,
        /** Behind ESC and a character that one more follows. */
        ESCAPE_MORE,
        /** In a control sequence (CSI), which a letter ends. */
        CONTROL,
        /** In a command string (OSC, DCS, APC, PM, SOS), which BEL or ST ends. */
        STRING
    }

    private State state = State.TEXT;

    /** What of the next piece can be printed. */
    String next(String piece) {
        StringBuilder out = new StringBuilder(piece.length());
        for (int i = 0; i < piece.length(); i++) {
            char c = piece.charAt(i);
            if (!swallows(c) && isShown(c)) {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** A name or the like: one line, without the marks that turn the direction of what follows. */
    static String line(String text) {
        StringBuilder out = new StringBuilder();
        new EscapeFilter()
                .next(text)
                .codePoints()
                .map(c -> Character.isWhitespace(c) ? ' ' : c)
                .filter(c -> !isDirectionMark(c))
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    /** A whole text. */
    static String text(String text) {
        return new EscapeFilter().next(text);
    }

    /** Whether the character is part of a sequence; one that can't be ends it and is looked at as text. */
    private boolean swallows(char c) {
        if (startsSequence(c)) {
            return true;
        }
        return switch (state) {
            case TEXT -> false;
            case ESCAPE -> swallowsBehindEscape(c);
            case ESCAPE_MORE -> {
                boolean intermediate = c >= 0x20 && c <= 0x2f;
                boolean last = c >= 0x30 && c <= 0x7e;
                state = intermediate ? State.ESCAPE_MORE : State.TEXT;
                yield intermediate || last;
            }
            case CONTROL -> {
                boolean parameter = c >= 0x20 && c <= 0x3f;
                boolean last = c >= 0x40 && c <= 0x7e;
                state = parameter ? State.CONTROL : State.TEXT;
                yield parameter || last;
            }
            case STRING -> {
                boolean ends = c == 0x07 || c == 0x9c || c == 0x18 || c == 0x1a;
                boolean broken = c == '\n';
                state = ends || broken ? State.TEXT : State.STRING;
                yield !broken;
            }
        };
    }

    /** ESC and the single characters that stand for ESC and a letter begin anew wherever they come. */
    private boolean startsSequence(char c) {
        switch (c) {
            case ESC -> state = State.ESCAPE;
            case 0x9b -> state = State.CONTROL;
            case 0x90, 0x98, 0x9d, 0x9e, 0x9f -> state = State.STRING;
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean swallowsBehindEscape(char c) {
        state = switch (c) {
            case '[' -> State.CONTROL;
            case ']', 'P', 'X', '^', '_' -> State.STRING;
            case 'N', 'O' -> State.ESCAPE_MORE;
            default -> c >= 0x20 && c <= 0x2f ? State.ESCAPE_MORE : State.TEXT;
        };
        return c >= 0x20 && c <= 0x7e;
    }

    private static boolean isShown(char c) {
        return c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7f) || c > 0x9f;
    }

    private static boolean isDirectionMark(int c) {
        return (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x200e
                || c == 0x200f
                || c == 0x061c;
    }
}
