package dev.meanwhile.server.soak;

import dev.meanwhile.server.soak.Findings.Kind;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.ResponseEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Judges a session's whole log by the contract alone, and against the list of its messages. */
final class LogJudge {
    /** What the log says of one message. */
    private static final class Answer {
        private final StringBuilder text = new StringBuilder();
        private int attempt;
        private int chunks;
        private boolean open;
        private long first;
        private long terminal;
        private MessageState state = MessageState.MESSAGE_STATE_QUEUED;
    }

    private final String session;
    private final Findings findings;
    private final Map<String, Answer> answers = new HashMap<>();
    private @Nullable String running;

    private LogJudge(String session, Findings findings) {
        this.session = session;
        this.findings = findings;
    }

    /**
     * Checks one session.
     *
     * @param log all entries in order
     * @param messages all messages in the order of their submission
     * @param texts what was submitted, by request id; the simulated model quotes it
     */
    static void judge(
            String session,
            List<ResponseEntry> log,
            List<Message> messages,
            Map<String, String> texts,
            Findings findings) {
        LogJudge judge = new LogJudge(session, findings);
        long expected = 1;
        for (ResponseEntry entry : log) {
            judge.check(entry.getSequence() == expected, Kind.MISSING, entry, "expected " + expected);
            expected = entry.getSequence() + 1;
            judge.entry(entry);
        }
        judge.compare(messages, texts);
    }

    private void entry(ResponseEntry entry) {
        Answer answer = answers.computeIfAbsent(entry.getMessageId(), id -> new Answer());
        check(answer.terminal == 0, Kind.TERMINAL_CHANGED, entry, "after the end");
        answer.first = answer.first == 0 ? entry.getSequence() : answer.first;
        switch (entry.getKindCase()) {
            case STARTED -> started(entry, answer);
            case TEXT -> {
                check(answer.open, Kind.ORDER, entry, "text outside an attempt");
                check(entry.getText().getChunkIndex() == answer.chunks, Kind.ORDER, entry, "chunk " + answer.chunks);
                answer.chunks++;
                answer.text.append(entry.getText().getText());
            }
            case ATTEMPT_RESET -> {
                check(answer.open, Kind.ORDER, entry, "reset outside an attempt");
                check(entry.getAttemptReset().getAttempt() == answer.attempt, Kind.ORDER, entry, "of another attempt");
                answer.open = false;
                answer.chunks = 0;
                answer.text.setLength(0);
            }
            case COMPLETED -> {
                check(answer.open, Kind.ORDER, entry, "completed outside an attempt");
                digest(entry, answer);
                end(entry, answer, MessageState.MESSAGE_STATE_COMPLETED);
            }
            case FAILED -> {
                findings.add(Kind.FAILED, session + ": the simulated model does not fail: " + entry);
                end(entry, answer, MessageState.MESSAGE_STATE_FAILED);
            }
            case CANCELLED -> end(entry, answer, MessageState.MESSAGE_STATE_CANCELLED);
            case REASONING, KIND_NOT_SET -> findings.add(Kind.ORDER, session + ": unexpected " + entry);
        }
    }

    private void started(ResponseEntry entry, Answer answer) {
        check(!answer.open, Kind.ORDER, entry, "an attempt runs already");
        check(entry.getStarted().getAttempt() > answer.attempt, Kind.ORDER, entry, "after " + answer.attempt);
        check(
                running == null || running.equals(entry.getMessageId()),
                Kind.ORDER,
                entry,
                "before " + running + " has ended");
        running = entry.getMessageId();
        answer.open = true;
        answer.attempt = entry.getStarted().getAttempt();
    }

    private void digest(ResponseEntry entry, Answer answer) {
        AnswerCompleted completed = entry.getCompleted();
        byte[] text = answer.text.toString().getBytes(StandardCharsets.UTF_8);
        check(
                completed.getChunkCount() == answer.chunks
                        && completed.getByteCount() == text.length
                        && completed.getSha256().equals(sha256(text)),
                Kind.DIGEST,
                entry,
                answer.chunks + " chunks, " + text.length + " bytes");
    }

    private void end(ResponseEntry entry, Answer answer, MessageState state) {
        answer.terminal = entry.getSequence();
        answer.state = state;
        answer.open = false;
        if (entry.getMessageId().equals(running)) {
            running = null;
        }
    }

    /** The list and the log must tell the same, and nothing that started may have overtaken another. */
    private void compare(List<Message> messages, Map<String, String> texts) {
        long ended = 0;
        for (Message message : messages) {
            Answer answer = answers.remove(message.getMessageId());
            if (answer == null || answer.terminal == 0) {
                findings.add(Kind.STUCK, session + ": " + message.getMessageId() + " " + message.getState());
                continue;
            }
            if (message.getState() != answer.state
                    || message.getTerminalSequence() != answer.terminal
                    || message.getFirstSequence() != answer.first) {
                findings.add(Kind.TERMINAL_CHANGED, session + ": the log and the list differ on " + message);
            }
            if (message.hasStartTime()) {
                if (answer.first < ended) {
                    findings.add(Kind.ORDER, session + ": " + message.getMessageId() + " overtook another");
                }
                ended = Math.max(ended, answer.terminal);
            }
            String text = texts.get(message.getRequestId());
            if (text == null
                    || answer.state == MessageState.MESSAGE_STATE_COMPLETED
                            && !answer.text.toString().contains('"' + text + '"')) {
                findings.add(Kind.DIGEST, session + ": not an answer to " + text + ": " + answer.text);
            }
        }
        answers.keySet().forEach(id -> findings.add(Kind.LOST, session + ": in the log, not in the list: " + id));
    }

    private void check(boolean good, Kind kind, ResponseEntry entry, String what) {
        if (!good) {
            findings.add(kind, session + ": " + what + ": " + entry);
        }
    }

    private static String sha256(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
