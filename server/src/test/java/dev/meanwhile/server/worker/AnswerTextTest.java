package dev.meanwhile.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.ResponseEntry.Text;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Planted: bytes counted as chars, a digest without the last piece, an index that starts anew with each delta. */
final class AnswerTextTest {
    private final AnswerText text = new AnswerText();

    @Test
    void countsAndDigestCoverExactlyTheEntries() throws Exception {
        List<Text> entries = new ArrayList<>();
        entries.addAll(text.add("gr\u00fc\u00df"));
        entries.addAll(text.add("\0" + "\u20ac".repeat(5_000)));
        entries.addAll(text.add("\uD83D"));
        entries.addAll(text.end());
        String all = String.join("", entries.stream().map(Text::text).toList());
        assertEquals("gr\u00fc\u00df\0" + "\u20ac".repeat(5_000) + "\uFFFD", all);
        byte[] utf8 = all.getBytes(StandardCharsets.UTF_8);
        assertEquals(utf8.length, text.bytes());
        assertEquals(entries.size(), text.chunks());
        for (int i = 0; i < entries.size(); i++) {
            assertEquals(i, entries.get(i).chunkIndex());
        }
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(utf8);
        assertEquals(HexFormat.of().formatHex(digest), text.sha256Hex());
    }

    /** Planted: the piece that goes beyond the limit is kept, so that an answer can be as large as the last delta. */
    @Test
    void nothingBeyondTheLimitBecomesAnEntry() {
        String piece = "x".repeat(8 << 10);
        for (int i = 0; i < 512; i++) {
            assertEquals(1, text.add(piece).size());
            assertFalse(text.tooLarge(), "4 MiB are allowed");
        }
        assertEquals(AnswerText.MAX_BYTES, text.bytes());
        assertEquals(List.of(), text.add("y".repeat(1 << 20)));
        assertTrue(text.tooLarge());
        assertEquals(AnswerText.MAX_BYTES, text.bytes());
        assertEquals(List.of(), text.add("z"));
    }
}
