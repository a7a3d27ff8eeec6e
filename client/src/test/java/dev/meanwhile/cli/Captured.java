package dev.meanwhile.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** A shell whose output is kept. */
final class Captured {
    final Map<String, String> environment = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Shell shell;

    /** Nobody's own profiles are read, and nobody's cache is written. */
    private static final Path HOME = temporaryHome();

    private Captured(boolean terminal, boolean errTerminal, boolean colours, byte[] input) {
        Screen screen = new Screen(
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                terminal,
                errTerminal,
                colours);
        environment.put("HOME", HOME.toString());
        Clock clock = Clock.fixed(Instant.parse("2030-01-02T03:04:05Z"), ZoneOffset.UTC);
        this.shell = new Shell(screen, new ByteArrayInputStream(input), terminal, environment::get, clock);
    }

    static Captured terminal() {
        return new Captured(true, true, false, new byte[0]);
    }

    static Captured colourTerminal() {
        return new Captured(true, true, true, new byte[0]);
    }

    static Captured pipe(String input) {
        return pipe(input.getBytes(StandardCharsets.UTF_8));
    }

    static Captured pipe(byte[] input) {
        return new Captured(false, false, true, input);
    }

    /** Only stdout goes into it; somebody sees stderr. */
    static Captured watchedPipe() {
        return new Captured(false, true, false, new byte[0]);
    }

    int run(String... args) {
        return Cli.over(shell).execute(args);
    }

    Screen screen() {
        return shell.screen();
    }

    Shell shell() {
        return shell;
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static Path temporaryHome() {
        try {
            Path home = Files.createTempDirectory("meanwhile-test-home-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> Folders.delete(home)));
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
