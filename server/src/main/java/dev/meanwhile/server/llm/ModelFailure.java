package dev.meanwhile.server.llm;

import dev.meanwhile.server.domain.FailureReason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a model gave no complete answer.
 *
 * @param outage the provider can't serve anybody now, so its other sessions need not try; else this answer's own fault
 * @param retryable whether the same request may succeed later
 * @param retryAfter how long the provider asks to be left alone, null if it didn't say
 * @param message what happened and what to do, in words for the user; no key, no stack trace; beyond 1 KiB it is cut
 */
public record ModelFailure(
        FailureReason reason,
        boolean outage,
        boolean retryable,
        @Nullable Duration retryAfter,
        String message) {
    private static final int MESSAGE_BYTES = 1024;

    public ModelFailure {
        if (outage && !retryable) {
            throw new IllegalArgumentException("an outage passes, so it is always retryable");
        }
        if (retryAfter != null && retryAfter.isNegative()) {
            throw new IllegalArgumentException("retryAfter is never negative");
        }
        if (message.isBlank()) {
            throw new IllegalArgumentException("a failure without words");
        }
        message = cut(message);
    }

    public static ModelFailure outage(FailureReason reason, @Nullable Duration retryAfter, String message) {
        return new ModelFailure(reason, true, true, retryAfter, message);
    }

    /** The answer's own fault; the next attempt may go better. */
    public static ModelFailure fault(FailureReason reason, String message) {
        return new ModelFailure(reason, false, true, null, message);
    }

    /** The same request would fail again. */
    public static ModelFailure lasting(FailureReason reason, String message) {
        return new ModelFailure(reason, false, false, null, message);
    }

    // Cut rather than refused: an error path must not fail for the length of its words.
    private static String cut(String message) {
        if (message.getBytes(StandardCharsets.UTF_8).length <= MESSAGE_BYTES) {
            return message;
        }
        StringBuilder out = new StringBuilder();
        int room = MESSAGE_BYTES - 3;
        for (int i = 0; i < message.length(); ) {
            String point = Character.toString(message.codePointAt(i));
            room -= point.getBytes(StandardCharsets.UTF_8).length;
            if (room < 0) {
                break;
            }
            out.append(point);
            i += point.length();
        }
        return out + "...";
    }
}
