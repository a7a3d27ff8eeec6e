package dev.meanwhile.server.llm.langchain;

import java.io.IOException;

/** What came is no answer. The message says what it is instead, to follow "sent". */
final class InvalidAnswerException extends IOException {
    InvalidAnswerException(String message) {
        super(message);
    }
}
