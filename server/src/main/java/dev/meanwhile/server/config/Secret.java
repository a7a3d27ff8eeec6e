package dev.meanwhile.server.config;

/** A key that never prints. */
public final class Secret {
    private final String value;

    public Secret(String value) {
        if (!value.matches("[!-~]{1,4096}")) {
            // Also keeps it from breaking out of an HTTP header.
            throw new IllegalArgumentException("a key is 1 to 4096 printable ASCII characters without spaces");
        }
        this.value = value;
    }

    /** The key itself, for the request that needs it and nothing else. */
    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
