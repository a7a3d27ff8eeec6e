package dev.meanwhile.client;

import com.google.protobuf.ByteString;
import dev.meanwhile.v1.AnswerCompleted;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digest and counts of one answer as it arrives; it keeps no text. */
final class AnswerCheck {
    private final MessageDigest sha256 = sha256();
    private final boolean fromBeginning;
    private int chunks;
    private long bytes;

    private AnswerCheck(boolean fromBeginning) {
        this.fromBeginning = fromBeginning;
    }

    static AnswerCheck fromBeginning() {
        return new AnswerCheck(true);
    }

    /** The reader joined when a part had gone by, so there is nothing to compare. */
    static AnswerCheck fromMiddle() {
        return new AnswerCheck(false);
    }

    void add(ByteString utf8) {
        chunks++;
        bytes += utf8.size();
        utf8.asReadOnlyByteBufferList().forEach(sha256::update);
    }

    /** Whether it could be compared; to be called once, at the end. */
    boolean matches(String messageId, AnswerCompleted completed) {
        if (!fromBeginning) {
            return false;
        }
        String expected = shown(completed.getChunkCount(), completed.getByteCount(), completed.getSha256());
        String found = shown(chunks, bytes, HexFormat.of().formatHex(sha256.digest()));
        if (!expected.equals(found)) {
            throw new DigestMismatchException(messageId, expected, found);
        }
        return true;
    }

    private static String shown(int chunks, long bytes, String digest) {
        return chunks + " chunks, " + bytes + " bytes, sha256 " + digest;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
