package dev.meanwhile.server.config;

/**
 * A configuration that is refused; the message names the key, where it came from, its value and what is allowed. Several
 * mistakes stand one a line, below a line that counts them.
 */
public final class ConfigException extends IllegalArgumentException {
    private final String message;

    public ConfigException(String message) {
        super(message);
        this.message = message;
    }

    /** For the person who starts the server. */
    @Override
    public String getMessage() {
        return message;
    }
}
