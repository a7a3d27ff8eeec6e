package dev.meanwhile.cli;

import com.google.protobuf.ProtocolMessageEnum;
import dev.meanwhile.client.AnswerEnd;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.FinishReason;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.ModelHold;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import java.time.Instant;
import java.util.Locale;

/** How things of the contract are called in front of people. Everything returned can be printed as it is. */
final class Words {
    private Words() {}

    /** {@code 2 "trip to Lisbon"}. */
    static String session(Session session) {
        return session.getNumber() + " \"" + EscapeFilter.line(session.getName()) + "\"";
    }

    /** Where a session stands and what goes on in it. */
    static String state(Session session) {
        String words = session.getState() != SessionState.SESSION_STATE_OPEN
                ? "closed"
                : session.getActive() ? "active" : "background";
        if (session.getRunningMessages() > 0) {
            words += session.hasRetryTime() ? ", between attempts" : ", answering";
        }
        return session.getQueuedMessages() == 0 ? words : words + ", " + session.getQueuedMessages() + " queued";
    }

    /** A session in one line. */
    static String line(Session session) {
        String unread = session.getUnreadMessages() == 0 ? "" : ", " + session.getUnreadMessages() + " unread";
        return session(session) + ": " + state(session) + unread;
    }

    static String end(AnswerEnd end) {
        return switch (end) {
            case AnswerEnd.Completed(AnswerCompleted entry, boolean checked) ->
                "completed: "
                        + count(entry.getChunkCount(), "chunk")
                        + ", "
                        + entry.getByteCount()
                        + " bytes, "
                        + (checked ? "digest checked" : "digest not checked, since its beginning was not read here")
                        + stopped(entry.getFinishReason(), "FINISH_REASON_");
            case AnswerEnd.Failed(var entry) ->
                "failed: "
                        + value(entry.getReason(), "FAILURE_REASON_")
                        + " ("
                        + EscapeFilter.line(entry.getMessage())
                        + "; "
                        + count(entry.getAttempts(), "attempt")
                        + ")";
            case AnswerEnd.Cancelled(var entry) -> "cancelled: " + value(entry.getCause(), "CANCEL_CAUSE_");
            case AnswerEnd.Told(var message) -> "ended before: " + state(message);
            case AnswerEnd.Gone() -> "its session was deleted";
        };
    }

    /** The state of a message with the reason for it. */
    static String state(Message message) {
        String state = value(message.getState(), "MESSAGE_STATE_");
        return switch (message.getState()) {
            case MESSAGE_STATE_FAILED ->
                state
                        + ": "
                        + value(message.getFailureReason(), "FAILURE_REASON_")
                        + " ("
                        + EscapeFilter.line(message.getFailureMessage())
                        + ")";
            case MESSAGE_STATE_CANCELLED -> state + ": " + value(message.getCancelCause(), "CANCEL_CAUSE_");
            case MESSAGE_STATE_RUNNING -> message.hasRetryTime() ? state + ", between attempts" : state;
            case MESSAGE_STATE_COMPLETED -> state + stopped(message.getFinishReason(), "FINISH_REASON_");
            default -> state;
        };
    }

    /** {@code PROVIDER_CUT} as "provider cut"; a number for a value of a later server. */
    static String value(ProtocolMessageEnum value, String prefix) {
        String name = String.valueOf(value);
        if (name.equals("UNRECOGNIZED")) {
            return "unknown to this version";
        }
        return (name.startsWith(prefix) ? name.substring(prefix.length()) : name)
                .toLowerCase(Locale.ROOT)
                .replace('_', ' ');
    }

    /** {@code HIGH}. */
    static String lane(Priority priority) {
        return value(priority, "PRIORITY_").toUpperCase(Locale.ROOT);
    }

    /** What a notification tells. */
    static String news(Notification news) {
        return switch (news.getType()) {
            case NOTIFICATION_TYPE_MESSAGE_COMPLETED -> "completed";
            case NOTIFICATION_TYPE_MESSAGE_FAILED -> "failed";
            case NOTIFICATION_TYPE_MESSAGE_CANCELLED -> "cancelled";
            case NOTIFICATION_TYPE_UNSPECIFIED, UNRECOGNIZED -> "news of the session";
        };
    }

    /** Why nothing is started on a model, and when that may end. */
    static String hold(String model, ModelHold hold, Instant next, Instant now) {
        return "model " + EscapeFilter.line(model) + " does not answer (" + value(hold.getReason(), "FAILURE_REASON_")
                + ", " + hold.getFailuresInRow() + " in a row), so nothing is started on it; next try "
                + Moment.until(next, now);
    }

    /** As above, where it is not known whether a message waits for it. */
    static String hold(String model, ModelHold hold, Instant now) {
        Instant until = Moment.of(hold.getUntilTime());
        return hold(model, hold, until, now) + (until.isAfter(now) ? "" : " or with the next message");
    }

    /** Whether an answer is whole though the model was stopped before its end. */
    static boolean isStoppedShort(FinishReason reason) {
        return !stopped(reason, "FINISH_REASON_").isEmpty();
    }

    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** The ordinary end needs no word. */
    private static String stopped(ProtocolMessageEnum reason, String prefix) {
        String words = value(reason, prefix);
        return words.equals("stop") || words.equals("unspecified") ? "" : ", stopped: " + words;
    }
}
