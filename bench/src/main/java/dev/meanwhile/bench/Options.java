package dev.meanwhile.bench;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What to measure for how long; the times are those of one run of one figure.
 *
 * @param readers the figures of readers that don't read, in place of those of speed
 * @param quick fewer and shorter runs
 * @param budget for all runs together: on a busy machine the warm-up of the server gives way to it
 */
record Options(
        boolean readers,
        boolean quick,
        int runs,
        Duration budget,
        Duration limitWarmup,
        Duration serverWarmup,
        Duration limit,
        Duration submit,
        Duration endToEnd,
        Duration firstChunk,
        Path home,
        @Nullable Path json) {

    static final String USAGE = """
            bench/run [--readers] [--quick] [--json FILE]
              --readers    10,000 readers that don't read, and other calls that cost only the server: about
                           10 minutes, with --quick 4
              --quick      5 short runs, within 3 minutes
              --json FILE  also writes the figures as JSON
            """;

    /** @throws IllegalArgumentException in words */
    static Options read(String[] args, Path home) {
        boolean readers = false;
        boolean quick = false;
        Path json = null;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--readers" -> readers = true;
                case "--quick" -> quick = true;
                case "--json" -> {
                    if (++i == args.length) {
                        throw new IllegalArgumentException("--json needs a file");
                    }
                    json = Path.of(args[i]);
                }
                default -> throw new IllegalArgumentException("unknown argument " + args[i]);
            }
        }
        return quick
                ? new Options(
                        readers,
                        true,
                        5,
                        seconds(155),
                        seconds(4),
                        seconds(12),
                        millis(500),
                        seconds(2),
                        seconds(2),
                        seconds(2),
                        home,
                        json)
                : new Options(
                        readers,
                        false,
                        7,
                        seconds(900),
                        seconds(10),
                        seconds(20),
                        seconds(2),
                        seconds(8),
                        seconds(10),
                        seconds(10),
                        home,
                        json);
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static Duration millis(int millis) {
        return Duration.ofMillis(millis);
    }
}
