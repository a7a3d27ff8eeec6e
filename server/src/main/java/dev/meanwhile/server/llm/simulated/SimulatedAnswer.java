package dev.meanwhile.server.llm.simulated;

import java.util.List;

/** The text of one simulated answer; pieces are made when asked for, so that a long answer costs no memory. */
final class SimulatedAnswer {
    private static final int QUOTED_CODE_POINTS = 60;
    private static final String CLOSING =
            "I am the simulated model: I looked nothing up and needed no key, so ask me the same again and you will"
                    + " read the same again. Switch to another session meanwhile; every piece of this answer is kept"
                    + " for you, in order.";
    private static final String MORE =
            "Here comes a little more, so that there is something to wait for while you are somewhere else. ";
    private static final List<String> FILLER = List.of(MORE.split(" "));

    private final SimulatedConfig config;
    private final String[] words;
    private final int wordCount;
    private final String text;

    SimulatedAnswer(SimulatedConfig config, String question) {
        this.config = config;
        String opening = "You asked: \"" + quote(question) + "\" " + CLOSING;
        this.words = (config.chunkBytes() == 0 ? opening : ascii(opening)).split(" ");
        this.wordCount = Math.max(words.length, config.chunks());
        this.text = String.join(" ", words) + " ";
    }

    /** Piece {@code index} of the configured number, never empty. */
    String piece(int index) {
        return config.chunkBytes() == 0 ? someWords(index) : someBytes(index);
    }

    private String someWords(int index) {
        int from = (int) ((long) index * wordCount / config.chunks());
        int to = (int) ((long) (index + 1) * wordCount / config.chunks());
        StringBuilder out = new StringBuilder();
        for (int i = from; i < to; i++) {
            out.append(word(i)).append(i + 1 < wordCount ? " " : "");
        }
        return out.toString();
    }

    private String word(int i) {
        return i < words.length ? words[i] : FILLER.get((i - words.length) % FILLER.size());
    }

    private String someBytes(int index) {
        StringBuilder out = new StringBuilder(config.chunkBytes());
        long from = (long) index * config.chunkBytes();
        for (long at = from; at < from + config.chunkBytes(); at++) {
            long over = at - text.length();
            out.append(over < 0 ? text.charAt((int) at) : MORE.charAt((int) (over % MORE.length())));
        }
        return out.toString();
    }

    /** The first code points, on one line; half of a surrogate pair never stands alone. */
    private static String quote(String question) {
        StringBuilder out = new StringBuilder();
        question.codePoints()
                .limit(QUOTED_CODE_POINTS)
                .map(c -> Character.isWhitespace(c) || Character.isISOControl(c) ? ' ' : c)
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '?' : c)
                .forEach(out::appendCodePoint);
        return out.toString().strip().replaceAll(" +", " ");
    }

    private static String ascii(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().map(c -> c < 128 ? c : '?').forEach(out::appendCodePoint);
        return out.toString();
    }
}
