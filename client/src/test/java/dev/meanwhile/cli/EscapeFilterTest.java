package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EscapeFilterTest {
    /** In these, E stands for ESC, B for BEL. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aE[31mbE[0mc                          | abc",
                "aE[2J b                               | a b",
                "aE[?1049h b                           | a b",
                "aE]0;titleB b                         | a b",
                "aE]8;;http://xE\\linkE]8;;E\\ b       | alink b",
                "aE]52;c;aGk=B b                       | a b",
                "aEPq#0~E\\ b                          | a b",
                "aE_Gf=100;xxE\\ b                     | a b",
                "aE(B b                                | a b",
                "aE7E8Ec b                             | a b",
                "aE[31E[32m b                          | a b",
                "aE]0;tE[31m b                         | a b",
                "aE b                                  | a",
                "a[31m b                               | a[31m b",
            })
    void sequencesAreTakenOutWhereverAPieceEnds(String shown, String expected) {
        String text = shown.replace('E', '\033').replace('B', '\007');
        for (int cut = 0; cut <= text.length(); cut++) {
            EscapeFilter filter = new EscapeFilter();
            assertEquals(
                    expected, filter.next(text.substring(0, cut)) + filter.next(text.substring(cut)), "cut at " + cut);
        }
    }

    @Test
    void theSingleCharactersForSequencesAreTakenOutToo() {
        assertEquals("ab", EscapeFilter.text("a\u009b31mb"));
        assertEquals("ab", EscapeFilter.text("a\u009d0;title\u009cb"));
        assertEquals("ab", EscapeFilter.text("a\u0090q\u009cb"));
        assertEquals("ab", EscapeFilter.text("a\u0085b"));
    }

    @Test
    void controlsThatMoveTheCursorAreTakenOut() {
        assertEquals("ab", EscapeFilter.text("a\b\r\0\007\177b"));
        assertEquals("a\tb\nc", EscapeFilter.text("a\tb\r\nc"));
    }

    @Test
    void aSequenceThatNeverEndsHidesNoMoreThanItsLine() {
        assertEquals("a\nb", EscapeFilter.text("a\033]0;never ended\nb"));
        assertEquals("a\nb", EscapeFilter.text("a\033[31\nb"));
        assertEquals("aü", EscapeFilter.text("a\033[31ü"));
    }

    @Test
    void otherTextStaysAsItIs() {
        String text = "Grüße, 世界 \ud83c\udf0d e\u0301 \u202eabc";
        assertEquals(text, EscapeFilter.text(text));
    }

    @Test
    void aNameIsOneLineInItsOwnDirection() {
        assertEquals("a b c", EscapeFilter.line("a\nb\tc"));
        assertEquals("abc", EscapeFilter.line("a\u202eb\u2066c"));
    }

    /** Whatever comes, in whatever pieces: nothing that a terminal obeys is left. */
    @Test
    void nothingThatDrivesATerminalIsLeft() {
        Random random = new Random(11);
        String alphabet = "\033\u009b\u009d\u009c\u0090\007\b\r\n\t[]P_^X\\;0123mhJ?() aü\u0018\177";
        for (int round = 0; round < 2_000; round++) {
            EscapeFilter filter = new EscapeFilter();
            for (int piece = 0; piece < 5; piece++) {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(12); i > 0; i--) {
                    text.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                boolean left = filter.next(text.toString())
                        .chars()
                        .anyMatch(c -> (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c <= 0x9f));
                assertFalse(left, text::toString);
            }
        }
    }
}
