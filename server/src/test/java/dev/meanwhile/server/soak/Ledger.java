package dev.meanwhile.server.soak;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meanwhile.server.soak.Findings.Kind;
import dev.meanwhile.v1.ResponseEntry;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * What readers were sent: the bytes at each (epoch, session, sequence). Whoever reads a place again, on this server or
 * after a restart, must get the same bytes.
 */
final class Ledger {
    /** An entry and the session it was read in. */
    record Place(String session, ResponseEntry entry) {}

    private static final class Log {
        private final String epoch;
        private final TreeMap<Long, ByteString> entries = new TreeMap<>();

        private Log(String epoch) {
            this.epoch = epoch;
        }
    }

    private final Findings findings;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Map<String, Log> logs = new HashMap<>();
    private final Map<String, Long> terminals = new HashMap<>();
    /** Of messages whose end was not read. */
    private final Map<String, Place> newest = new HashMap<>();

    private long reread;
    private long lastEnd;
    private long longestPause;

    Ledger(Findings findings) {
        this.findings = findings;
    }

    static boolean terminal(ResponseEntry entry) {
        return entry.hasCompleted() || entry.hasFailed() || entry.hasCancelled();
    }

    void epoch(String session, String epoch) {
        lock.lock();
        try {
            log(session, epoch);
        } finally {
            lock.unlock();
        }
    }

    void record(String session, String epoch, ResponseEntry entry) {
        lock.lock();
        try {
            ByteString bytes = entry.toByteString();
            ByteString before = log(session, epoch).entries.putIfAbsent(entry.getSequence(), bytes);
            if (before == null) {
                remember(session, entry);
                return;
            }
            reread++;
            if (!before.equals(bytes)) {
                findings.add(Kind.CHANGED, session + " entry " + entry.getSequence() + ": " + parse(before) + entry);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Entries that were read again and compared. */
    long reread() {
        return locked(() -> reread);
    }

    long size() {
        return locked(() ->
                logs.values().stream().mapToLong(log -> log.entries.size()).sum());
    }

    /** The last sequence that was read of a session, 0 = none. */
    long last(String session) {
        return locked(() -> {
            Log log = logs.get(session);
            return log == null || log.entries.isEmpty() ? 0 : log.entries.lastKey();
        });
    }

    List<ResponseEntry> entries(String session) {
        return locked(() -> {
            Log log = logs.get(session);
            return log == null
                    ? List.of()
                    : log.entries.values().stream().map(Ledger::parse).toList();
        });
    }

    Set<Long> sequences(String session, String messageId) {
        Set<Long> found = new TreeSet<>();
        for (ResponseEntry entry : entries(session)) {
            if (entry.getMessageId().equals(messageId)) {
                found.add(entry.getSequence());
            }
        }
        return found;
    }

    /** The newest entry that was read of each message whose answer has begun and not ended. */
    List<Place> unendedAnswers() {
        return locked(() -> newest.values().stream()
                .filter(place -> place.entry().hasText())
                .toList());
    }

    /** Whether the answer that had come as far as there was begun anew, as far as was read. */
    boolean resetAfter(Place place) {
        return locked(
                () -> Objects.requireNonNull(logs.get(place.session()))
                        .entries
                        .tailMap(place.entry().getSequence(), false)
                        .values()
                        .stream()
                        .map(Ledger::parse)
                        .filter(next -> next.getMessageId().equals(place.entry().getMessageId()))
                        .anyMatch(ResponseEntry::hasAttemptReset));
    }

    int endedCount() {
        return locked(() -> terminals.size());
    }

    /** Waits for the ends of messages; returns those that did not come once no message ended for so long. */
    Set<String> awaitEnds(Collection<String> messageIds, long secondsWithout) throws InterruptedException {
        lock.lock();
        try {
            Set<String> waiting = new HashSet<>(messageIds);
            waiting.removeIf(terminals::containsKey);
            boolean goesOn = true;
            while (!waiting.isEmpty() && goesOn) {
                int atLeast = terminals.size() + waiting.size();
                while (terminals.size() < atLeast && goesOn) {
                    goesOn = ended.await(secondsWithout, TimeUnit.SECONDS);
                }
                waiting.removeIf(terminals::containsKey);
            }
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** From now on the time between two ends is measured. */
    void watchPauses() {
        lock.lock();
        try {
            lastEnd = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    long longestPauseMillis() {
        return locked(() -> TimeUnit.NANOSECONDS.toMillis(longestPause));
    }

    private <T> T locked(Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }

    private Log log(String session, String epoch) {
        Log log = logs.computeIfAbsent(session, id -> new Log(epoch));
        if (!log.epoch.equals(epoch)) {
            findings.add(Kind.CHANGED, session + ": epoch " + log.epoch + ", then " + epoch);
        }
        return log;
    }

    private void remember(String session, ResponseEntry entry) {
        if (!terminal(entry)) {
            if (!terminals.containsKey(entry.getMessageId())) {
                newest.merge(
                        entry.getMessageId(),
                        new Place(session, entry),
                        (one, other) ->
                                one.entry().getSequence() > other.entry().getSequence() ? one : other);
            }
            return;
        }
        newest.remove(entry.getMessageId());
        Long before = terminals.put(entry.getMessageId(), entry.getSequence());
        if (before != null) {
            findings.add(
                    Kind.TERMINAL_CHANGED,
                    session + ": " + entry.getMessageId() + " ended at " + before + ", " + entry.getSequence());
        }
        long now = System.nanoTime();
        longestPause = lastEnd == 0 ? 0 : Math.max(longestPause, now - lastEnd);
        lastEnd = lastEnd == 0 ? 0 : now;
        ended.signalAll();
    }

    private static ResponseEntry parse(ByteString bytes) {
        try {
            return ResponseEntry.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
