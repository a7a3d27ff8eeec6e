package dev.meanwhile.bench;

import com.google.protobuf.ByteString;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.ResponseEntry;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Reads one log as a client does: each sequence once, and the digest of each whole answer. */
final class LogCheck {
    private @Nullable MessageDigest digest;
    private long sequence;
    private int chunks;
    private long bytes;
    private long allBytes;

    /** @return what is wrong with it, or null */
    @Nullable
    String read(ResponseEntry entry) {
        if (entry.getSequence() != sequence + 1) {
            return "entry " + entry.getSequence() + " after " + sequence;
        }
        sequence++;
        return switch (entry.getKindCase()) {
            case STARTED -> {
                digest = sha256();
                chunks = 0;
                bytes = 0;
                yield null;
            }
            case TEXT -> text(entry.getText().getTextBytes());
            case COMPLETED -> completed(entry.getCompleted());
            case CANCELLED -> null;
            default -> "an entry of kind " + entry.getKindCase();
        };
    }

    long sequence() {
        return sequence;
    }

    /** Of all answers. */
    long bytes() {
        return allBytes;
    }

    private @Nullable String text(ByteString text) {
        if (digest == null) {
            return "text before its start";
        }
        digest.update(text.asReadOnlyByteBuffer());
        chunks++;
        bytes += text.size();
        allBytes += text.size();
        return null;
    }

    private @Nullable String completed(AnswerCompleted end) {
        MessageDigest sum = digest;
        digest = null;
        boolean whole = sum != null
                && chunks == end.getChunkCount()
                && bytes == end.getByteCount()
                && HexFormat.of().formatHex(sum.digest()).equals(end.getSha256());
        return whole
                ? null
                : "an answer of " + chunks + " chunks and " + bytes + " bytes that is not what it should be";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
