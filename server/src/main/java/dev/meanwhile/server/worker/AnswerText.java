package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.ResponseEntry.Text;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Turns the model's deltas into text entries, and keeps the counts and the digest of what they say. */
final class AnswerText {
    /** 4 MiB: beyond it an answer fails. */
    static final long MAX_BYTES = 4L << 20;

    private final MessageDigest digest = sha256();
    private final TextCutter cutter = new TextCutter();
    private int chunks;
    private long bytes;

    List<Text> add(String delta) {
        return entries(cutter.add(delta));
    }

    /** What was held back in the hope of its other half. */
    List<Text> end() {
        return entries(cutter.end());
    }

    int chunks() {
        return chunks;
    }

    long bytes() {
        return bytes;
    }

    boolean tooLarge() {
        return bytes > MAX_BYTES;
    }

    /** Ends the digest: call once, after the last text. */
    String sha256Hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private List<Text> entries(List<String> pieces) {
        return pieces.stream()
                .map(piece -> {
                    byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
                    digest.update(utf8);
                    bytes += utf8.length;
                    return new Text(piece, chunks++);
                })
                .toList();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
