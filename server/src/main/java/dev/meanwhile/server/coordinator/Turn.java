package dev.meanwhile.server.coordinator;

/**
 * A message with its texts.
 *
 * @param answerAfter the answer's text here begins beyond this sequence
 * @param answerThrough the last entry folded into it
 * @param answerTruncated text of the answer is missing at its beginning or its end
 */
public record Turn(
        MessageView message,
        String text,
        boolean textTruncated,
        boolean textUnreadable,
        String answer,
        long answerAfter,
        long answerThrough,
        boolean answerTruncated,
        boolean answerUnreadable) {}
