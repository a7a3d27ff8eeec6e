package dev.meanwhile.testing;

import com.google.protobuf.UnknownFieldSet;
import dev.meanwhile.v1.AnswerCancelled;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.AnswerFailed;
import dev.meanwhile.v1.AnswerStarted;
import dev.meanwhile.v1.AttemptReset;
import dev.meanwhile.v1.CancelCause;
import dev.meanwhile.v1.FailureReason;
import dev.meanwhile.v1.FinishReason;
import dev.meanwhile.v1.ReasoningChunk;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.TextChunk;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The log of a session, written as the contract says; knows nothing of how the client checks it. */
public final class Log {
    private final List<ResponseEntry> entries = new ArrayList<>();
    private final Map<String, List<String>> texts = new HashMap<>();

    public synchronized List<ResponseEntry> entries() {
        return List.copyOf(entries);
    }

    public synchronized long lastSequence() {
        return entries.size();
    }

    public Log started(String messageId) {
        return add(entry(messageId)
                .setStarted(AnswerStarted.newBuilder().setAttempt(1).setModel("m")));
    }

    public synchronized Log text(String messageId, String text) {
        List<String> before = texts.computeIfAbsent(messageId, id -> new ArrayList<>());
        before.add(text);
        return add(entry(messageId).setText(TextChunk.newBuilder().setText(text).setChunkIndex(before.size() - 1)));
    }

    public Log reasoning(String messageId, String text) {
        return add(entry(messageId).setReasoning(ReasoningChunk.newBuilder().setText(text)));
    }

    public synchronized Log reset(String messageId) {
        texts.remove(messageId);
        return add(entry(messageId)
                .setAttemptReset(
                        AttemptReset.newBuilder().setAttempt(1).setCause(FailureReason.FAILURE_REASON_PROVIDER_CUT)));
    }

    public Log completed(String messageId) {
        return completed(messageId, truth(messageId));
    }

    public Log completed(String messageId, AnswerCompleted said) {
        return add(entry(messageId).setCompleted(said));
    }

    public Log failed(String messageId) {
        return add(entry(messageId)
                .setFailed(AnswerFailed.newBuilder()
                        .setReason(FailureReason.FAILURE_REASON_PROVIDER_REJECTED)
                        .setMessage("the provider said no")
                        .setAttempts(1)));
    }

    public Log cancelled(String messageId) {
        return add(entry(messageId)
                .setCancelled(AnswerCancelled.newBuilder().setCause(CancelCause.CANCEL_CAUSE_REQUESTED)));
    }

    /** An entry of a kind that comes with a later server. */
    public Log unknown(String messageId) {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(
                        12,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(com.google.protobuf.ByteString.copyFromUtf8(""))
                                .build())
                .build();
        return add(entry(messageId).setUnknownFields(later));
    }

    /** What a completed entry of the text so far says. */
    public synchronized AnswerCompleted truth(String messageId) {
        List<String> chunks = texts.getOrDefault(messageId, List.of());
        byte[] text = String.join("", chunks).getBytes(StandardCharsets.UTF_8);
        try {
            return AnswerCompleted.newBuilder()
                    .setFinishReason(FinishReason.FINISH_REASON_STOP)
                    .setChunkCount(chunks.size())
                    .setByteCount(text.length)
                    .setSha256(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(text)))
                    .build();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ResponseEntry.Builder entry(String messageId) {
        return ResponseEntry.newBuilder().setMessageId(messageId);
    }

    private synchronized Log add(ResponseEntry.Builder entry) {
        entries.add(entry.setSequence(entries.size() + 1L).build());
        return this;
    }
}
