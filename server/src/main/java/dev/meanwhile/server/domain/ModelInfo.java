package dev.meanwhile.server.domain;

/**
 * A configured model.
 *
 * @param window tokens of a conversation that it sees
 * @param workers answers that run at a time
 * @param reservedForActive how many of them LOW messages never take, less than {@code workers}
 */
public record ModelInfo(
        String name, boolean isDefault, String adapter, int window, int workers, int reservedForActive) {
    public ModelInfo {
        if (workers < 1) {
            throw new IllegalArgumentException("workers is " + workers + "; at least 1 is needed");
        }
        if (reservedForActive < 0 || reservedForActive >= workers) {
            throw new IllegalArgumentException("reserved-for-active is " + reservedForActive
                    + "; it must be at least 0 and less than workers (" + workers + ")");
        }
    }

    /** How many LOW answers may run at a time. */
    public int openToLow() {
        return workers - reservedForActive;
    }
}
