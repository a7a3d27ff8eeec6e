package dev.meanwhile.server.domain;

/** Which lane a message wants. The order is stored: append only. */
public enum Priority {
    LOW,
    HIGH;

    /** As the log prints it. */
    public String label() {
        return this == HIGH ? "High" : "Low";
    }
}
