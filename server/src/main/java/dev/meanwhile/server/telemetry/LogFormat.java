package dev.meanwhile.server.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** How a line is written. Every line is cleaned here, whoever wrote it, so that no log call can forge one. */
public enum LogFormat {
    /** {@code 2026-11-03T12:00:00.000Z [WORKER] text}, with {@code ERROR: } or {@code WARN: } before such a text. */
    TEXT {
        @Override
        void write(StringBuilder out, Instant time, Level level, String component, String text) {
            TIME.formatTo(time, out);
            out.append(" [").append(component).append("] ");
            if (level.isGreaterOrEqual(Level.WARN)) {
                out.append(level).append(": ");
            }
            out.append(text).append('\n');
        }
    },
    /** One JSON object a line: {@code time}, {@code level}, {@code component}, {@code text}. */
    JSON {
        @Override
        void write(StringBuilder out, Instant time, Level level, String component, String text) {
            out.append("{\"time\":\"");
            TIME.formatTo(time, out);
            out.append("\",\"level\":\"").append(level);
            out.append("\",\"component\":\"").append(component);
            out.append("\",\"text\":\"");
            // Control characters are gone already.
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"' || c == '\\') {
                    out.append('\\');
                }
                out.append(c);
            }
            out.append("\"}\n");
        }
    };

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    abstract void write(StringBuilder out, Instant time, Level level, String component, String text);

    final void write(StringBuilder out, ILoggingEvent event) {
        String logger = event.getLoggerName();
        String component = Component.isComponent(logger) ? logger : Component.SERVER.name();
        write(out, event.getInstant(), event.getLevel(), component, Clean.text(text(event, logger)));
    }

    private static String text(ILoggingEvent event, String logger) {
        boolean library = Component.isLibrary(logger);
        String text = event.getFormattedMessage();
        if (library) {
            text = logger.substring(logger.lastIndexOf('.') + 1) + ": " + text;
        }
        if (event.getThrowableProxy() instanceof ThrowableProxy proxy) {
            Throwable thrown = proxy.getThrowable();
            text += " (" + (library ? Causes.classes(thrown) : Causes.withPlaces(thrown)) + ")";
        }
        return text;
    }
}
