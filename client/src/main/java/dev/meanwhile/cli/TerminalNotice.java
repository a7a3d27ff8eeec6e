package dev.meanwhile.cli;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a terminal is asked to call its user. */
enum TerminalNotice {
    OSC9,
    OSC777,
    BELL,
    OFF;

    private static final String BEL = "\007";

    /** What the terminal is known to understand; the bell if nothing is known of it. */
    static TerminalNotice fitting(Function<String, @Nullable String> environment) {
        if (given(environment, "TMUX") || given(environment, "STY")) {
            return BELL; // these pass nothing else on
        }
        String program = String.valueOf(environment.apply("TERM_PROGRAM"));
        String kind = String.valueOf(environment.apply("TERM"));
        if (program.equals("iTerm.app") || program.equals("WezTerm") || program.equals("ghostty")) {
            return OSC9;
        }
        if (kind.equals("xterm-kitty") || kind.equals("xterm-ghostty")) {
            return OSC9;
        }
        return kind.startsWith("rxvt") || kind.startsWith("foot") ? OSC777 : BELL;
    }

    /** Calls; the words must have gone through {@link EscapeFilter#line}. */
    void give(Screen screen, String words) {
        switch (this) {
            case OSC9 -> screen.signal("\033]9;" + words + BEL);
            case OSC777 -> screen.signal("\033]777;notify;Meanwhile;" + words + BEL);
            case BELL -> screen.signal(BEL);
            case OFF -> {}
        }
    }

    private static boolean given(Function<String, @Nullable String> environment, String name) {
        String value = environment.apply(name);
        return value != null && !value.isEmpty();
    }
}
