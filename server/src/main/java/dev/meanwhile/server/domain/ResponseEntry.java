package dev.meanwhile.server.domain;

import org.jspecify.annotations.Nullable;

/** What an entry of a response log says; its sequence and message stand beside it ({@link LogEntry}). */
public sealed interface ResponseEntry {

    /** An attempt to answer has begun. */
    record Started(int attempt, String model) implements ResponseEntry {}

    /** A piece of the answer, at most 8 KiB of UTF-8; {@code chunkIndex} counts from 0 within the attempt. */
    record Text(String text, int chunkIndex) implements ResponseEntry {}

    /** A piece of the model's reasoning, at most 8 KiB of UTF-8. */
    record Reasoning(String text) implements ResponseEntry {}

    /** The attempt failed after entries of it were visible. */
    record AttemptReset(int attempt, FailureReason cause) implements ResponseEntry {}

    /** How a message ended. */
    sealed interface Outcome extends ResponseEntry {
        MessageState state();
    }

    /** A whole answer; counts and digest cover the text entries of the last attempt. */
    record Completed(FinishReason finishReason, int chunkCount, long byteCount, String sha256, TokenUsage usage)
            implements Outcome {
        @Override
        public MessageState state() {
            return MessageState.COMPLETED;
        }
    }

    /** No whole answer; {@code message} says what happened and what to do, at most 1 KiB. */
    record Failed(FailureReason reason, String message, int attempts) implements Outcome {
        @Override
        public MessageState state() {
            return MessageState.FAILED;
        }
    }

    /** Ended by a decision. */
    record Cancelled(CancelCause cause, @Nullable String interruptingMessageId) implements Outcome {
        @Override
        public MessageState state() {
            return MessageState.CANCELLED;
        }
    }
}
