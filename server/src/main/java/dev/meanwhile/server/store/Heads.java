package dev.meanwhile.server.store;

import dev.meanwhile.server.domain.LaneEvent;
import dev.meanwhile.server.domain.LaneEventKind;
import dev.meanwhile.server.domain.Priority;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The heads of all sessions and the history of their places. */
public interface Heads {

    @Nullable
    Head find(long session);

    void save(Head head);

    void remove(long session);

    /** How many sessions have an unended message; reads them all. */
    long count();

    /** The next to be claimed from a lane. */
    @Nullable
    Head first(String model, Priority lane);

    /** Heads whose retry is due. */
    List<Head> due(Instant now, int limit);

    /** When the next retry is due. */
    @Nullable
    Instant nextDue();

    /** Heads that run, in order of their sessions, beyond that session. */
    List<Head> running(long afterSession, int limit);

    /** Heads in a lane of a model that is not one of these. */
    List<Head> ofOtherModels(List<String> models, int limit);

    /** Place of a head in its lane, from 1; counted up to the limit, then limit + 1. */
    int position(Head head, int limit);

    Waiting waiting(String model, Priority lane);

    /**
     * Heads that want a lane and do not run.
     *
     * @param untried in the lane for their first attempt
     * @param oldest the first submission among these
     * @param retrying between attempts, in the lane or not due yet
     */
    record Waiting(int untried, @Nullable Instant oldest, int retrying) {}

    /** How many run that were claimed from that lane. */
    int countRunning(String model, Priority lane);

    /** Remembers that a head got a place; keeps the newest 50. */
    void addEvent(Head head, Instant time, LaneEventKind kind);

    /** What is remembered, oldest first. */
    List<LaneEvent> events(long message);
}
