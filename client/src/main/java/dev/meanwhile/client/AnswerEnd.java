package dev.meanwhile.client;

import dev.meanwhile.v1.AnswerCancelled;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.AnswerFailed;
import dev.meanwhile.v1.Message;

/** How a message ended. */
public sealed interface AnswerEnd {
    /**
     * The answer is whole.
     *
     * @param checked whether its digest and counts were compared; not if its beginning was not seen
     */
    record Completed(AnswerCompleted entry, boolean checked) implements AnswerEnd {}

    /** There is no whole answer. */
    record Failed(AnswerFailed entry) implements AnswerEnd {}

    /** Somebody decided so. */
    record Cancelled(AnswerCancelled entry) implements AnswerEnd {}

    /** It ended, but not by an entry that was seen and understood; this is what GetMessage says. */
    record Told(Message message) implements AnswerEnd {}

    /** Its session was deleted. */
    record Gone() implements AnswerEnd {}
}
