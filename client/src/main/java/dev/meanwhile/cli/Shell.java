package dev.meanwhile.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the program was called from.
 *
 * @param inputIsTerminal whether a person types, rather than a pipe brings, the input
 */
record Shell(
        Screen screen,
        InputStream in,
        boolean inputIsTerminal,
        Function<String, @Nullable String> environment,
        Clock clock) {

    private static final int LONGEST_ANSWER = 100;

    static Shell system() {
        // The launcher asks the shell, which knows each descriptor by itself; Java only knows both together.
        String told = System.getProperty("meanwhile.terminal");
        boolean terminalOut = told == null ? isTerminal(System.console()) : told.contains("out");
        boolean terminalIn = told == null ? isTerminal(System.console()) : told.contains("in");
        boolean terminalErr = told != null && told.contains("err");
        String noColour = System.getenv("NO_COLOR");
        boolean colours = (noColour == null || noColour.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
        Screen screen = new Screen(
                new FileOutputStream(FileDescriptor.out), utf8(FileDescriptor.err), terminalOut, terminalErr, colours);
        return new Shell(screen, System.in, terminalIn, System::getenv, Clock.system(ZoneId.systemDefault()));
    }

    /** Asks on stderr, so that results stay apart; only y and yes count as one. */
    boolean confirms(String question) {
        screen.ask(question);
        StringBuilder answer = new StringBuilder();
        try {
            for (int c = in.read(); c >= 0 && c != '\n' && answer.length() < LONGEST_ANSWER; c = in.read()) {
                answer.append((char) c);
            }
        } catch (IOException e) {
            return false;
        }
        String said = answer.toString().strip().toLowerCase(Locale.ROOT);
        return said.equals("y") || said.equals("yes");
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
    }

    /** From Java 22 on there is a console also where there is no terminal, and it has to be asked. */
    private static boolean isTerminal(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true; // Java 21
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
