package dev.meanwhile.server.telemetry;

import dev.meanwhile.server.domain.Priority;
import java.time.Duration;

/** One lane at one moment: how many messages want it, and how long the longest-waiting
 * head has waited for its first attempt. */
public record LaneDepth(String model, Priority lane, long depth, Duration worstWait) {}
