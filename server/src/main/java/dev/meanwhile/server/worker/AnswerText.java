package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.ResponseEntry.Text;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
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
    private boolean tooLarge;

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

    /** Whether there was more than may be; what was beyond is left out. */
    boolean tooLarge() {
        return tooLarge;
    }

    /** Ends the digest: call once, after the last text. */
    String sha256Hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private List<Text> entries(List<String> pieces) {
        List<Text> entries = new ArrayList<>(pieces.size());
        for (String piece : pieces) {
            byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
            tooLarge |= bytes + utf8.length > MAX_BYTES;
            if (tooLarge) {
                break;
            }
            digest.update(utf8);
            bytes += utf8.length;
            entries.add(new Text(piece, chunks++));
        }
        return entries;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
