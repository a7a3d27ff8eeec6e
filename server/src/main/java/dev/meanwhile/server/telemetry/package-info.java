/** What operators see: the guide's log lines in one place, and metrics; neither ever makes its caller wait. */
@NullMarked
package dev.meanwhile.server.telemetry;

import org.jspecify.annotations.NullMarked;
