package dev.meanwhile.server.telemetry;

import java.util.StringJoiner;

/** An exception in one line: classes and places, never its message, which may hold what a user wrote. */
final class Causes {
    private static final int DEPTH = 4;
    private static final int FRAMES = 5;

    private Causes() {}

    /** Classes and the innermost places. */
    static String withPlaces(Throwable thrown) {
        return describe(thrown, FRAMES);
    }

    /** Classes alone. */
    static String classes(Throwable thrown) {
        return describe(thrown, 0);
    }

    private static String describe(Throwable thrown, int frames) {
        StringJoiner chain = new StringJoiner(", caused by ");
        Throwable current = thrown;
        for (int depth = 0; current != null && depth < DEPTH; depth++) {
            chain.add(current.getClass().getName() + places(current.getStackTrace(), frames));
            current = current.getCause();
        }
        return chain.toString();
    }

    private static String places(StackTraceElement[] trace, int frames) {
        StringJoiner places = new StringJoiner(" < ", " at ", "").setEmptyValue("");
        for (int i = 0; i < Math.min(frames, trace.length); i++) {
            String owner = trace[i].getClassName();
            places.add(owner.substring(owner.lastIndexOf('.') + 1) + "." + trace[i].getMethodName() + ":"
                    + trace[i].getLineNumber());
        }
        return places.toString();
    }
}
