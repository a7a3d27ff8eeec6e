package dev.meanwhile.server.llm.langchain;

import java.io.IOException;

/** In the place of the answer, or in the middle of it, the provider told of an error. */
final class ErrorEventException extends IOException {
    private final transient ProviderError error;

    ErrorEventException(ProviderError error) {
        super(error.message());
        this.error = error;
    }

    ProviderError error() {
        return error;
    }
}
