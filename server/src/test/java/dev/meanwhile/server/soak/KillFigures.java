package dev.meanwhile.server.soak;

import dev.meanwhile.server.soak.Tail.Cursor;
import java.util.EnumMap;
import java.util.Map;

/** What the rounds of a {@link KillRun} came to. */
final class KillFigures {
    int rounds;
    int kills;
    int acknowledged;
    long leastPerSecond = Long.MAX_VALUE;
    int cutAnswers;
    int unknown;
    int unknownButStored;
    int repeated;
    long entries;
    long rereadEntries;
    long seconds;
    final Map<Cursor, Integer> resumed = new EnumMap<>(Cursor.class);

    void count(long perSecond, int cut) {
        rounds++;
        leastPerSecond = Math.min(leastPerSecond, perSecond);
        cutAnswers += cut;
    }

    String text(Findings findings) {
        return "%d rounds of kill -9 counted, of %d kills, in %d s; acknowledged %d messages, at least %d/s before each kill"
                        .formatted(rounds, kills, seconds, acknowledged, leastPerSecond)
                + "\n  %d answers cut; %d submits without an answer sent again (%d were stored), %d with one"
                        .formatted(cutAnswers, unknown, unknownButStored, repeated)
                + "\n  readers resumed from entry %d, heartbeat %d, closing %d"
                        .formatted(resumed(Cursor.ENTRY), resumed(Cursor.HEARTBEAT), resumed(Cursor.CLOSING))
                + "\n  entries %d, read again %d; lost %d, doubled %d, changed %d, terminal states changed %d, stuck %d"
                        .formatted(
                                entries,
                                rereadEntries,
                                findings.count(Findings.Kind.LOST),
                                findings.count(Findings.Kind.DOUBLED),
                                findings.count(Findings.Kind.CHANGED),
                                findings.count(Findings.Kind.TERMINAL_CHANGED),
                                findings.count(Findings.Kind.STUCK))
                + ", twice %d, missing %d"
                        .formatted(findings.count(Findings.Kind.TWICE), findings.count(Findings.Kind.MISSING));
    }

    int resumed(Cursor kind) {
        return resumed.getOrDefault(kind, 0);
    }
}
