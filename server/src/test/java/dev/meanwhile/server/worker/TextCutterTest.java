package dev.meanwhile.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Planted: a limit of 8 Ki chars, a cut in the middle of a pair, no holding back, U+0000 taken for "nothing held". */
final class TextCutterTest {
    private static final int LIMIT = 8 << 10;
    private static final String SMILE = "\uD83D\uDE00";

    @ParameterizedTest
    @ValueSource(strings = {"a", "\u00e4", "\u20ac", SMILE, "\0", "\u20aca"})
    void piecesHoldAtMostEightKibibytesAndLoseNothing(String unit) {
        String text = unit.repeat(20_000);
        TextCutter cutter = new TextCutter();
        List<String> pieces = cutter.add(text);
        assertEquals(text, String.join("", pieces));
        for (String piece : pieces) {
            assertTrue(utf8(piece) <= LIMIT, "a piece of " + utf8(piece));
        }
        for (String piece : pieces.subList(0, pieces.size() - 1)) {
            assertTrue(utf8(piece) > LIMIT - 4, "a piece of only " + utf8(piece));
        }
        assertEquals(List.of(), cutter.end());
    }

    @Test
    void halfASurrogatePairIsHeldBackForTheNextDelta() {
        TextCutter cutter = new TextCutter();
        assertEquals(List.of("a"), cutter.add("a" + SMILE.charAt(0)));
        assertEquals(List.of(SMILE + "b"), cutter.add(SMILE.charAt(1) + "b"));
        assertEquals(List.of(), cutter.add(SMILE.substring(0, 1)));
        assertEquals(List.of(), cutter.add(""));
        assertEquals(List.of(SMILE), cutter.add(SMILE.substring(1)));
        assertEquals(List.of(), cutter.end());
    }

    @Test
    void aLoneSurrogateBecomesTheReplacementCharacter() {
        TextCutter cutter = new TextCutter();
        assertEquals(List.of("x"), cutter.add("x\uD83D"));
        assertEquals(List.of("\uFFFDy"), cutter.add("y"));
        assertEquals(List.of("\uFFFD\uFFFD"), cutter.add("\uDE00\uDE00"));
        assertEquals(List.of(), cutter.add("\uD83D"));
        assertEquals(List.of("\uFFFD"), cutter.add("\uD83D"));
        assertEquals(List.of("\uFFFD"), cutter.end());
        assertEquals(List.of(), cutter.end());
    }

    @Test
    void zeroIsKept() {
        TextCutter cutter = new TextCutter();
        assertEquals(List.of("\0a\0"), cutter.add("\0a\0"));
        assertEquals(List.of(), cutter.end());
    }

    @Test
    void howTheTextIsSplitIntoDeltasChangesNothing() {
        Random random = new Random(7);
        String text = random.ints(30_000, 0, 0x10FFFF)
                .filter(codePoint -> codePoint < 0xD800 || codePoint > 0xDFFF)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        TextCutter cutter = new TextCutter();
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int to = Math.min(text.length(), from + 1 + random.nextInt(5_000));
            pieces.addAll(cutter.add(text.substring(from, to)));
            from = to;
        }
        pieces.addAll(cutter.end());
        assertEquals(text, String.join("", pieces));
        for (String piece : pieces) {
            assertTrue(utf8(piece) <= LIMIT);
            assertEquals(piece, new String(piece.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        }
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
