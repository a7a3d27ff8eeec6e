package dev.meanwhile.cli;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times and spans for people. */
final class Moment {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS xxx", Locale.ROOT);

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private Moment() {}

    static Instant of(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    static String shown(Timestamp time, ZoneId zone) {
        return shown(of(time), zone);
    }

    static String shown(Instant time, ZoneId zone) {
        return TIME.format(time.atZone(zone));
    }

    /** {@code 15:04:05}. */
    static String clock(Instant time, ZoneId zone) {
        return CLOCK.format(time.atZone(zone));
    }

    /** "in 12 s", "in 3 min"; "now" for what is due. */
    static String until(Timestamp time, Instant now) {
        return until(of(time), now);
    }

    static String until(Instant time, Instant now) {
        Duration left = Duration.between(now, time);
        if (left.isNegative() || left.isZero()) {
            return "now";
        }
        long seconds = (left.toMillis() + 999) / 1_000;
        return seconds < 120 ? "in " + seconds + " s" : "in " + seconds / 60 + " min";
    }

    static Duration between(Timestamp start, Timestamp end) {
        return Duration.between(of(start), of(end));
    }

    /** How long ago, in its largest unit: {@code 3m}, {@code 5h}, {@code 2d}. */
    static String age(Timestamp time, Instant now) {
        long seconds = Math.max(0, Duration.between(of(time), now).toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + "m";
        }
        return seconds < 86_400 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
    }

    /** {@code 340 ms}, {@code 2.5 s}, {@code 12 min}. */
    static String span(Duration span) {
        if (span.toMillis() < 1_000) {
            return span.toMillis() + " ms";
        }
        return span.toMinutes() < 2
                ? String.format(Locale.ROOT, "%.1f s", span.toMillis() / 1_000.0)
                : span.toMinutes() + " min";
    }

    static String span(com.google.protobuf.Duration span) {
        return span(Duration.ofSeconds(span.getSeconds(), span.getNanos()));
    }
}
