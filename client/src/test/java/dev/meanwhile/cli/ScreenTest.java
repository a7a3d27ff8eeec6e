package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.testing.MemoryService;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.junit.jupiter.api.Test;

/** Where output goes, and what is said when it can't go there. */
final class ScreenTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Planted: silence for both; words for both. Each found red. */
    @Test
    void aFullDiskIsSaidAndAReaderThatHasHadEnoughIsNot() {
        assertEquals(1, sessionsInto("No space left on device"));
        assertEquals("meanwhile: the output can't be written: No space left on device\n", said());
        err.reset();
        assertEquals(1, sessionsInto("Broken pipe"));
        assertEquals("", said());
    }

    /** Planted: status as quiet as a note; found red. */
    @Test
    void intoAPipeWhatIsWaitedForIsSaidOnATerminalOfStderr() {
        Screen screen = new Screen(OutputStream.nullOutputStream(), errors(), false, true, true);
        screen.note("quiet");
        screen.status("waiting");
        screen.signal("\007");
        assertEquals(Style.DIM.on("waiting") + "\n", said());
        err.reset();
        new Screen(OutputStream.nullOutputStream(), errors(), false, false, true).status("nobody looks");
        assertEquals("", said());
    }

    /** Planted: the attention sequence without the bell at its end; found red. */
    @Test
    void aTerminalIsCalledInItsOwnWay() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Screen screen = new Screen(out, errors(), true, true, false);
        TerminalNotice.OSC9.give(screen, "x");
        TerminalNotice.OSC777.give(screen, "x");
        TerminalNotice.BELL.give(screen, "x");
        TerminalNotice.OFF.give(screen, "x");
        screen.line("next");
        assertEquals("\033]9;x\007\033]777;notify;Meanwhile;x\007\007next\n", out.toString(StandardCharsets.UTF_8));
        assertEquals(TerminalNotice.OSC9, fitting("TERM_PROGRAM", "WezTerm"));
        assertEquals(TerminalNotice.OSC777, fitting("TERM", "foot"));
        assertEquals(TerminalNotice.BELL, fitting("TERM", "xterm-256color"));
        assertEquals(TerminalNotice.BELL, fitting("TMUX", "/tmp/socket"));
    }

    private static TerminalNotice fitting(String name, String value) {
        return TerminalNotice.fitting(wanted -> wanted.equals(name) ? value : null);
    }

    private int sessionsInto(String trouble) {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(trouble);
            }
        };
        Screen screen = new Screen(broken, errors(), false, false, false);
        try (LoopbackServer server = LoopbackServer.of(new MemoryService())) {
            Shell shell = new Shell(
                    screen,
                    new ByteArrayInputStream(new byte[0]),
                    false,
                    name -> name.equals("MEANWHILE_SERVER") ? server.address().toString() : null,
                    Clock.systemUTC());
            return Cli.over(shell).execute("--json", "sessions");
        }
    }

    private PrintStream errors() {
        return new PrintStream(err, true, StandardCharsets.UTF_8);
    }

    private String said() {
        assertTrue(err.size() < 1_000);
        return err.toString(StandardCharsets.UTF_8);
    }
}
