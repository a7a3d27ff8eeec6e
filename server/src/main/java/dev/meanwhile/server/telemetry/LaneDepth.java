package dev.meanwhile.server.telemetry;

import dev.meanwhile.server.domain.Priority;
import java.time.Duration;

/**
 * One lane at one moment.
 *
 * @param depth messages that are queued and want it
 * @param running being answered now
 * @param retrying between attempts
 * @param worstWait how long the longest-waiting head has waited for its first attempt
 */
public record LaneDepth(String model, Priority lane, long depth, long running, long retrying, Duration worstWait) {}
