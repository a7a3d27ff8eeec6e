package dev.meanwhile.server.config;

import dev.meanwhile.server.telemetry.LogFormat;
import dev.meanwhile.server.telemetry.LogLevel;
import java.util.Map;

/** The log: its form, and the level of every component. */
public record LogConfig(LogFormat format, Map<String, LogLevel> levels) {
    public LogConfig {
        levels = Map.copyOf(levels);
    }
}
