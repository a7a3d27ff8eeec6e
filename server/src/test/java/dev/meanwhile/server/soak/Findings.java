package dev.meanwhile.server.soak;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/** What was found against the promises; at the end nothing may be in it. */
final class Findings {
    private static final int SHOWN = 20;

    enum Kind {
        /** An acknowledged message is not there. */
        LOST,
        /** A request id has two messages, or a repeat brought another message. */
        DOUBLED,
        /** The same place of a log had two contents. */
        CHANGED,
        /** A terminal state is another one than before, or there are two, or it differs from the log's. */
        TERMINAL_CHANGED,
        /** A reader got an entry twice. */
        TWICE,
        /** A reader missed an entry. */
        MISSING,
        /** Messages of a session ran out of order, or a log is not built as the contract says. */
        ORDER,
        /** A digest, a count or a text is wrong. */
        DIGEST,
        /** A message did not end. */
        STUCK,
        /** A head waited beside a free slot. */
        WAITED,
        /** A call or the server failed where it must not. */
        FAILED
    }

    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private final List<String> shown = new ArrayList<>();

    synchronized void add(Kind kind, String what) {
        counts.merge(kind, 1, Integer::sum);
        if (shown.size() < SHOWN) {
            shown.add(kind + " " + what);
        }
    }

    synchronized int count(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }

    synchronized void assertNone() {
        if (!counts.isEmpty()) {
            Assertions.fail(counts + "\n" + String.join("\n", shown));
        }
    }
}
