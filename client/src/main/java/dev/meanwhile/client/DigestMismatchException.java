package dev.meanwhile.client;

/** The text that arrived is not the text that was stored: don't show it as the answer. */
public final class DigestMismatchException extends RuntimeException {
    DigestMismatchException(String messageId, String expected, String found) {
        super("the answer of message " + messageId + " arrived damaged: expected " + expected + ", got " + found
                + "; read it again from the beginning");
    }
}
