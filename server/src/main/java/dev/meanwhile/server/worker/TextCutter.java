package dev.meanwhile.server.worker;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts deltas into pieces of at most 8 KiB of UTF-8 that never split a code point. Half a surrogate pair is held back
 * for the next delta; one that never gets its other half becomes U+FFFD, since it has no UTF-8.
 */
final class TextCutter {
    private static final int MAX_BYTES = 8 << 10;
    private static final char REPLACEMENT = '\uFFFD';
    private char held;

    List<String> add(String delta) {
        return cut(held == 0 ? delta : held + delta, true);
    }

    List<String> end() {
        return held == 0 ? List.of() : cut(String.valueOf(held), false);
    }

    private List<String> cut(String text, boolean more) {
        held = 0;
        List<String> pieces = new ArrayList<>(1);
        StringBuilder piece = new StringBuilder(Math.min(text.length(), MAX_BYTES));
        int bytes = 0;
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            if (Character.isSurrogate((char) codePoint) && codePoint <= Character.MAX_VALUE) {
                if (more && i == text.length() - 1 && Character.isHighSurrogate((char) codePoint)) {
                    held = (char) codePoint;
                    break;
                }
                codePoint = REPLACEMENT;
            }
            int size = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            if (bytes + size > MAX_BYTES) {
                pieces.add(piece.toString());
                piece.setLength(0);
                bytes = 0;
            }
            piece.appendCodePoint(codePoint);
            bytes += size;
            i += codePoint > Character.MAX_VALUE ? 2 : 1;
        }
        if (bytes > 0) {
            pieces.add(piece.toString());
        }
        return pieces;
    }
}
