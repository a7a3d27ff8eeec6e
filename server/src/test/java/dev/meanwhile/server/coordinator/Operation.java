package dev.meanwhile.server.coordinator;

import java.util.Arrays;
import java.util.Random;

/** What can happen to sessions and messages, and how often the random life does it. */
enum Operation {
    CREATE(6),
    SUBMIT(30),
    CLAIM(14),
    APPEND(8),
    COMPLETE(8),
    FAIL(3),
    RETRY(5),
    HAND_BACK(2),
    LATE_WRITE(3),
    CANCEL(5),
    CANCEL_QUEUED(2),
    SWITCH(8),
    CHANGE_MODEL(5),
    CLOSE(2),
    DELETE(3),
    RESTART(2),
    MARK_READ(4),
    ACKNOWLEDGE(4),
    TIME(5),
    PURGE(4);

    private final int weight;

    Operation(int weight) {
        this.weight = weight;
    }

    static Operation pick(Random random) {
        int at = random.nextInt(
                Arrays.stream(values()).mapToInt(operation -> operation.weight).sum());
        for (Operation operation : values()) {
            at -= operation.weight;
            if (at < 0) {
                return operation;
            }
        }
        throw new AssertionError();
    }
}
