package dev.meanwhile.client;

import dev.meanwhile.v1.AnswerStarted;
import dev.meanwhile.v1.AttemptReset;
import dev.meanwhile.v1.ResponseChunksResponse;
import java.time.Duration;

/**
 * Hears what a log says, in its order and each entry once, on the thread that follows. Messages may interleave: keep
 * text by message id. What a listener throws ends the following.
 */
public interface LogListener {
    /** A piece of an answer. */
    void text(String messageId, String text);

    /** The attempt failed: the text and reasoning of this message so far are void. */
    void dropText(String messageId, AttemptReset reset);

    /**
     * Nothing follows of this message. A completed answer has been checked before, unless its end says otherwise.
     *
     * @param through the cursor behind its last entry
     */
    void ended(String messageId, AnswerEnd end, Cursor through);

    /** The log is another one now: all that was heard of this session is void, and it starts from the beginning. */
    void dropEverything();

    /** An attempt to answer has begun. */
    default void started(String messageId, AnswerStarted started) {}

    /** A piece of the model's reasoning, which is no part of the answer. */
    default void reasoning(String messageId, String text) {}

    /** The stream was cut; it is opened again after the pause, and nothing is lost or said twice. */
    default void cut(RpcError cause, Duration pause) {}

    /** What came, as it came and before it is taken apart, for those who pass it on; after a cut a new stream starts. */
    default void received(ResponseChunksResponse response) {}
}
