package dev.meanwhile.server.domain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message as its row says; its text stands apart.
 *
 * @param key number of the message in the store, ascending in order of submission
 * @param attempts how many attempts have started; the newest one's number is the fencing token
 * @param model of the newest attempt, empty before the first
 * @param lane it was last claimed from, null before
 * @param firstSequence of its first log entry, 0 = none
 * @param terminalSequence of its terminal entry, 0 = not ended
 * @param attemptTime when the newest attempt started, null before the first and once it was given up
 * @param visible whether the newest attempt has entries in the log
 * @param faults failures of attempts by kind, for the bounds of retrying
 * @param outcome how it ended, null before
 * @param notification number of its notification, 0 = none
 */
public record Message(
        long key,
        String id,
        long sessionKey,
        Submission submission,
        MessageState state,
        int attempts,
        String model,
        @Nullable Priority lane,
        @Nullable Instant startTime,
        @Nullable Instant attemptTime,
        @Nullable Instant endTime,
        long firstSequence,
        long terminalSequence,
        boolean visible,
        Faults faults,
        ResponseEntry.@Nullable Outcome outcome,
        long notification,
        @Nullable Instant acknowledgeTime) {

    /** Failures of attempts: the answer's own, outages of the provider, crashes of the server. */
    public record Faults(int answer, int outage, int crash) {
        public static final Faults NONE = new Faults(0, 0, 0);
    }

    /** A worker takes it: the next attempt begins. */
    public Message claimed(String byModel, Priority fromLane, Instant now) {
        Instant first = startTime == null ? now : startTime;
        return copy(
                MessageState.RUNNING,
                attempts + 1,
                byModel,
                fromLane,
                first,
                now,
                null,
                firstSequence,
                0,
                false,
                faults,
                null,
                0,
                null);
    }

    /** Entries of the newest attempt are in the log from here on. */
    public Message written(long sequence) {
        long first = firstSequence == 0 ? sequence : firstSequence;
        return copy(
                state,
                attempts,
                model,
                lane,
                startTime,
                attemptTime,
                endTime,
                first,
                terminalSequence,
                true,
                faults,
                outcome,
                notification,
                acknowledgeTime);
    }

    /** The newest attempt is given up; the message stays RUNNING, and nobody may write for it until the next claim. */
    public Message givenUp(Faults counted) {
        return copy(
                state, attempts, model, lane, startTime, null, null, firstSequence, 0, false, counted, null, 0, null);
    }

    /** Ended with the terminal entry and the notification of these numbers. */
    public Message ended(ResponseEntry.Outcome how, long sequence, long notificationNumber, Instant now) {
        long first = firstSequence == 0 ? sequence : firstSequence;
        return copy(
                how.state(),
                attempts,
                model,
                lane,
                startTime,
                attemptTime,
                now,
                first,
                sequence,
                visible,
                faults,
                how,
                notificationNumber,
                null);
    }

    public Message acknowledged(Instant now) {
        return copy(
                state,
                attempts,
                model,
                lane,
                startTime,
                attemptTime,
                endTime,
                firstSequence,
                terminalSequence,
                visible,
                faults,
                outcome,
                notification,
                now);
    }

    private Message copy(
            MessageState newState,
            int newAttempts,
            String newModel,
            @Nullable Priority newLane,
            @Nullable Instant newStart,
            @Nullable Instant newAttempt,
            @Nullable Instant newEnd,
            long newFirst,
            long newTerminal,
            boolean newVisible,
            Faults newFaults,
            ResponseEntry.@Nullable Outcome newOutcome,
            long newNotification,
            @Nullable Instant newAcknowledge) {
        return new Message(
                key,
                id,
                sessionKey,
                submission,
                newState,
                newAttempts,
                newModel,
                newLane,
                newStart,
                newAttempt,
                newEnd,
                newFirst,
                newTerminal,
                newVisible,
                newFaults,
                newOutcome,
                newNotification,
                newAcknowledge);
    }
}
