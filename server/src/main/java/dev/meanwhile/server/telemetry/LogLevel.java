package dev.meanwhile.server.telemetry;

import ch.qos.logback.classic.Level;

/** How much a component logs; each level contains those behind it. */
public enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR;

    Level logback() {
        return switch (this) {
            case DEBUG -> Level.DEBUG;
            case INFO -> Level.INFO;
            case WARN -> Level.WARN;
            case ERROR -> Level.ERROR;
        };
    }

    static LogLevel of(Level level) {
        for (LogLevel candidate : values()) {
            if (candidate.logback().isGreaterOrEqual(level)) {
                return candidate;
            }
        }
        return ERROR;
    }
}
