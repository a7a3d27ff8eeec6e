package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.FailedAttempt;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Session;
import dev.meanwhile.server.domain.Submission;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages and their texts. Those of deleted sessions are found only by their key. */
public interface Messages {

    Message insert(Session session, String id, Submission submission, byte[] payloadHash, String text);

    @Nullable
    Message find(long workspace, String id);

    @Nullable
    Message find(long key);

    @Nullable
    RequestMatch findRequest(long workspace, String requestId);

    /** Writes all that can change. */
    void save(Message message);

    /** The user's text. */
    String text(Message message);

    /** The oldest unended message of the session. */
    @Nullable
    Message oldestUnended(long session);

    /** QUEUED messages of the session before that key, newest first. */
    List<Message> queuedNewestFirst(long session, long beforeKey, int limit);

    /** How many messages of the session before this one have not ended. */
    int countUnendedBefore(Message message);

    /** Messages of the session ended beyond that sequence, by terminal sequence. */
    List<Message> endedAfter(long session, long sequence, int limit);

    /** Messages of the session ended beyond the sequence and up to the other, by terminal sequence. */
    List<Message> endedBetween(long session, long after, long through, int limit);

    /** The first message of the session ended beyond that sequence that has more entries than its terminal one. */
    @Nullable
    Message answeredAfter(long session, long sequence);

    int countEndedAfter(long session, long sequence);

    /** Messages of the session before that key, newest first. */
    List<Message> before(long session, long key, int limit);

    /** Messages of the session after that key, oldest first. */
    List<Message> after(long session, long key, int limit);

    /** Remembers a failed attempt; keeps the newest 50. */
    void addFailedAttempt(long message, FailedAttempt attempt);

    /** The newest ones, oldest first. */
    List<FailedAttempt> failedAttempts(long message, int limit);

    /**
     * What {@link #remove} takes away.
     *
     * @param rows its notification included
     * @param bytes of text
     */
    record Size(int rows, int bytes) {}

    Size size(long key);

    /** Removes a message whose segments are gone, with its text and all that is told of it. */
    void remove(long key);
}
