package dev.meanwhile.client;

/**
 * What came of a message.
 *
 * @param text the answer from where the reader started; partial unless completed
 * @param through the cursor behind its last entry, good for this message only
 */
public record Answer(String text, AnswerEnd end, Cursor through) {}
