package dev.meanwhile.server.soak;

import dev.meanwhile.server.soak.Findings.Kind;
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
import dev.meanwhile.v1.TokenUsage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the database file when no server has it, with plain JDBC and a decoding of its own, so that a fault of the
 * server's reading side can't hide one of its writing side.
 */
final class ClosedStore implements AutoCloseable {
    private final Connection connection;

    ClosedStore(Path file) throws SQLException {
        this.connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** The file must hold what readers were sent and nothing else, and so many messages, all ended. */
    void compare(Ledger ledger, List<String> sessions, int messages, Findings findings) throws SQLException {
        if (!"ok".equals(text("PRAGMA integrity_check"))) {
            findings.add(Kind.CHANGED, "SQLite's check: " + text("PRAGMA integrity_check"));
        }
        if (Long.parseLong(text("SELECT count(*) FROM message")) != messages) {
            findings.add(Kind.LOST, text("SELECT count(*) FROM message") + " messages are stored, not " + messages);
        }
        String unended = text("SELECT count(*) FROM message WHERE terminal_sequence = 0 OR state < 2");
        if (!"0".equals(unended)) {
            findings.add(Kind.STUCK, unended + " stored messages have not ended");
        }
        Map<String, List<ResponseEntry>> stored = logs();
        for (String session : sessions) {
            if (!stored.getOrDefault(session, List.of()).equals(ledger.entries(session))) {
                findings.add(Kind.CHANGED, session + ": the file holds another log than readers were sent");
            }
        }
    }

    private String text(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : "nothing";
        }
    }

    private Map<String, List<ResponseEntry>> logs() throws SQLException {
        Map<String, List<ResponseEntry>> logs = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT s.id, m.id, g.first_sequence, g.entries FROM segment g"
                        + " JOIN message m ON m.key = g.message JOIN session s ON s.key = m.session"
                        + " ORDER BY s.key, g.first_sequence")) {
            while (row.next()) {
                List<ResponseEntry> log = logs.computeIfAbsent(row.getString(1), id -> new ArrayList<>());
                long sequence = row.getLong(3);
                ByteBuffer bytes = ByteBuffer.wrap(row.getBytes(4));
                while (bytes.hasRemaining()) {
                    log.add(decode(bytes, sequence++, row.getString(2)));
                }
            }
        }
        return logs;
    }

    /** When each message stood in which lane, and when it ran. */
    HeadWaits waits() throws SQLException {
        HeadWaits waits = new HeadWaits();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT key, lane, attempt_time, end_time FROM message"
                    + " WHERE attempt_time IS NOT NULL ORDER BY key")) {
                while (row.next()) {
                    waits.ran(row.getLong(1), row.getInt(2) == 1, row.getLong(3), row.getLong(4));
                }
            }
            try (ResultSet row =
                    statement.executeQuery("SELECT message, lane, time FROM lane_event ORDER BY message, number")) {
                while (row.next()) {
                    waits.stood(row.getLong(1), row.getInt(2) == 1, row.getLong(3));
                }
            }
        }
        return waits;
    }

    private static ResponseEntry decode(ByteBuffer in, long sequence, String messageId) {
        ResponseEntry.Builder entry =
                ResponseEntry.newBuilder().setSequence(sequence).setMessageId(messageId);
        byte kind = in.get();
        switch (kind) {
            case 1 ->
                entry.setStarted(
                        AnswerStarted.newBuilder().setAttempt(in.getInt()).setModel(string(in)));
            case 2 ->
                entry.setText(TextChunk.newBuilder().setChunkIndex(in.getInt()).setText(string(in)));
            case 3 -> entry.setReasoning(ReasoningChunk.newBuilder().setText(string(in)));
            case 4 ->
                entry.setAttemptReset(AttemptReset.newBuilder()
                        .setAttempt(in.getInt())
                        .setCause(FailureReason.forNumber(in.get() + 1)));
            case 5 ->
                entry.setCompleted(AnswerCompleted.newBuilder()
                        .setFinishReason(FinishReason.forNumber(in.get() + 1))
                        .setChunkCount(in.getInt())
                        .setByteCount(in.getLong())
                        .setSha256(string(in))
                        .setUsage(TokenUsage.newBuilder()
                                .setInputTokens(in.getLong())
                                .setOutputTokens(in.getLong())));
            case 6 ->
                entry.setFailed(AnswerFailed.newBuilder()
                        .setReason(FailureReason.forNumber(in.get() + 1))
                        .setMessage(string(in))
                        .setAttempts(in.getInt()));
            case 7 ->
                entry.setCancelled(AnswerCancelled.newBuilder()
                        .setCause(CancelCause.forNumber(in.get() + 1))
                        .setInterruptingMessageId(string(in)));
            default -> throw new AssertionError("a kind of entry that is not known: " + kind);
        }
        return entry.build();
    }

    private static String string(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
