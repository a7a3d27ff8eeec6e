package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.FailedAttempt;
import dev.meanwhile.server.domain.LaneEvent;
import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ModelHold;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.ResponseEntry.AttemptReset;
import dev.meanwhile.server.domain.ResponseEntry.Completed;
import dev.meanwhile.server.domain.ResponseEntry.Text;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.queue.Claims;
import dev.meanwhile.server.responses.LogReader;
import dev.meanwhile.server.store.Head;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tells the life of one message from what is stored, computed on a read connection. */
public final class Explainer {
    private static final int MAX_POSITION = 1_000;
    private static final int MAX_ATTEMPTS = 50;
    private final Storage storage;
    private final Models models;

    public Explainer(Storage storage, Models models) {
        this.storage = storage;
        this.models = models;
    }

    /**
     * The stages of a message.
     *
     * @param events places it got, oldest first
     * @param olderEvents how many before those
     * @param waited from submission to the first attempt, or until now
     * @param position its place in its lane, 0 = in none, 1,001 = beyond 1,000
     * @param hold of its model, while it waits to be taken by a worker
     * @param front what it waits behind in its session, null = nothing
     * @param failedAttempts newest 49 that failed before the present or last one, oldest first
     * @param chunks text entries of the newest attempt
     */
    public record Explanation(
            MessageView view,
            List<LaneEvent> events,
            int olderEvents,
            int aheadNow,
            int position,
            Duration waited,
            boolean paused,
            @Nullable ModelHold hold,
            @Nullable Front front,
            List<FailedAttempt> failedAttempts,
            int chunks,
            long bytes) {}

    /**
     * The oldest unended message of a session.
     *
     * @param model on which it runs or is to run
     * @param due between attempts: when the next one is or was due
     * @param hold of its model, while it waits to be taken by a worker
     */
    public record Front(
            Message message,
            String model,
            @Nullable Instant due,
            @Nullable ModelHold hold) {}

    private record Stored(int chunks, long bytes) {}

    public Explanation explain(String workspace, String messageId) {
        return storage.read(tx -> {
            Lookup.Found found = Lookup.message(tx, workspace, messageId);
            Message message = found.message();
            List<LaneEvent> events = tx.heads().events(message.key());
            Head head = tx.heads().find(message.sessionKey());
            Instant waitedUntil = message.startTime() != null
                    ? message.startTime()
                    : message.endTime() != null ? message.endTime() : tx.now();
            Stored stored = stored(tx, found.session(), message);
            return new Explanation(
                    MessageView.of(tx, found.session(), message),
                    events,
                    events.isEmpty() ? 0 : events.getFirst().number() - 1,
                    message.state().ended() ? 0 : tx.messages().countUnendedBefore(message),
                    head == null || head.message() != message.key() || head.status() != Head.Status.IN_LANE
                            ? 0
                            : tx.heads().position(head, MAX_POSITION),
                    Duration.between(message.submission().createTime(), waitedUntil),
                    Claims.paused(tx),
                    head == null || head.message() != message.key() ? null : hold(head),
                    front(tx, head, message),
                    tx.messages().failedAttempts(message.key(), MAX_ATTEMPTS - 1),
                    stored.chunks(),
                    stored.bytes());
        });
    }

    /** Whether nothing is started now, of no model. */
    public boolean workersPaused() {
        return storage.read(Claims::paused);
    }

    private @Nullable Front front(Transaction tx, @Nullable Head head, Message message) {
        if (head == null || message.state().ended() || head.message() == message.key()) {
            return null;
        }
        Message front = Objects.requireNonNull(tx.messages().find(head.message()));
        return new Front(front, head.model(), head.dueTime(), hold(head));
    }

    private @Nullable ModelHold hold(Head head) {
        return head.status() == Head.Status.RUNNING ? null : models.hold(head.model());
    }

    private static Stored stored(Transaction tx, Session session, Message message) {
        if (message.outcome() instanceof Completed completed) {
            return new Stored(completed.chunkCount(), completed.byteCount());
        }
        int chunks = 0;
        long bytes = 0;
        long read = message.firstSequence() - 1;
        List<LogEntry> entries;
        do {
            try {
                entries = message.firstSequence() == 0 ? List.of() : LogReader.ofMessage(tx, session, message, read);
            } catch (Refusal corrupt) {
                return new Stored(chunks, bytes); // up to the damage
            }
            for (LogEntry entry : entries) {
                read = entry.sequence();
                if (entry.entry() instanceof Text piece) {
                    chunks++;
                    bytes += piece.text().getBytes(StandardCharsets.UTF_8).length;
                } else if (entry.entry() instanceof AttemptReset) {
                    chunks = 0;
                    bytes = 0;
                }
            }
        } while (!entries.isEmpty());
        return new Stored(chunks, bytes);
    }
}
