package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.CancelCause;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.ResponseEntry.AttemptReset;
import dev.meanwhile.server.domain.ResponseEntry.Cancelled;
import dev.meanwhile.server.domain.ResponseEntry.Completed;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.server.domain.ResponseEntry.Outcome;
import dev.meanwhile.server.domain.ResponseEntry.Reasoning;
import dev.meanwhile.server.domain.ResponseEntry.Started;
import dev.meanwhile.server.domain.ResponseEntry.Text;
import dev.meanwhile.server.domain.TokenUsage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries as bytes: a kind, then its fields; strings as their length and their UTF-8. The kinds are stored: never change one. */
final class EntryCodec {
    private static final int STARTED = 1;
    private static final int TEXT = 2;
    private static final int REASONING = 3;
    private static final int ATTEMPT_RESET = 4;
    private static final int COMPLETED = 5;
    private static final int FAILED = 6;
    private static final int CANCELLED = 7;

    private EntryCodec() {}

    static byte[] encode(List<? extends ResponseEntry> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (ResponseEntry entry : entries) {
                write(out, entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static List<ResponseEntry> decode(byte[] bytes) {
        List<ResponseEntry> entries = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            for (int kind = in.read(); kind >= 0; kind = in.read()) {
                entries.add(read(in, kind));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    /** Bytes of an entry at most: a char is at most 3 bytes of UTF-8. */
    static int size(ResponseEntry entry) {
        int fields = 48;
        return switch (entry) {
            case Text(String text, int chunkIndex) -> fields + 3 * text.length();
            case Reasoning(String text) -> fields + 3 * text.length();
            case Failed failed -> fields + 3 * failed.message().length();
            case Started started -> fields + 3 * started.model().length();
            case AttemptReset reset -> fields;
            case Completed completed -> 3 * fields;
            case Cancelled cancelled -> 3 * fields;
        };
    }

    static byte @Nullable [] encodeOutcome(@Nullable Outcome outcome) {
        return outcome == null ? null : encode(List.of(outcome));
    }

    static @Nullable Outcome decodeOutcome(byte @Nullable [] bytes) {
        return bytes == null ? null : (Outcome) decode(bytes).getFirst();
    }

    private static void write(DataOutputStream out, ResponseEntry entry) throws IOException {
        switch (entry) {
            case Started(int attempt, String model) -> {
                out.writeByte(STARTED);
                out.writeInt(attempt);
                writeString(out, model);
            }
            case Text(String text, int chunkIndex) -> {
                out.writeByte(TEXT);
                out.writeInt(chunkIndex);
                writeString(out, text);
            }
            case Reasoning(String text) -> {
                out.writeByte(REASONING);
                writeString(out, text);
            }
            case AttemptReset(int attempt, FailureReason cause) -> {
                out.writeByte(ATTEMPT_RESET);
                out.writeInt(attempt);
                out.writeByte(cause.ordinal());
            }
            case Completed completed -> {
                out.writeByte(COMPLETED);
                out.writeByte(completed.finishReason().ordinal());
                out.writeInt(completed.chunkCount());
                out.writeLong(completed.byteCount());
                writeString(out, completed.sha256());
                out.writeLong(completed.usage().inputTokens());
                out.writeLong(completed.usage().outputTokens());
            }
            case Failed(FailureReason reason, String message, int attempts) -> {
                out.writeByte(FAILED);
                out.writeByte(reason.ordinal());
                writeString(out, message);
                out.writeInt(attempts);
            }
            case Cancelled(CancelCause cause, @Nullable String interruptingMessageId) -> {
                out.writeByte(CANCELLED);
                out.writeByte(cause.ordinal());
                writeString(out, interruptingMessageId == null ? "" : interruptingMessageId);
            }
        }
    }

    private static ResponseEntry read(DataInputStream in, int kind) throws IOException {
        return switch (kind) {
            case STARTED -> new Started(in.readInt(), readString(in));
            case TEXT -> {
                int chunkIndex = in.readInt();
                yield new Text(readString(in), chunkIndex);
            }
            case REASONING -> new Reasoning(readString(in));
            case ATTEMPT_RESET -> new AttemptReset(in.readInt(), FailureReason.values()[in.readByte()]);
            case COMPLETED ->
                new Completed(
                        FinishReason.values()[in.readByte()],
                        in.readInt(),
                        in.readLong(),
                        readString(in),
                        new TokenUsage(in.readLong(), in.readLong()));
            case FAILED -> new Failed(FailureReason.values()[in.readByte()], readString(in), in.readInt());
            case CANCELLED -> {
                CancelCause cause = CancelCause.values()[in.readByte()];
                String interrupting = readString(in);
                yield new Cancelled(cause, interrupting.isEmpty() ? null : interrupting);
            }
            default -> throw new IOException("unknown kind of entry: " + kind);
        };
    }

    private static void writeString(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readString(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
