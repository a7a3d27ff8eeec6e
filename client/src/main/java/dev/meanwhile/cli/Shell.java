package dev.meanwhile.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
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

    static Shell system() {
        // The launcher asks the shell, which knows each descriptor by itself; Java only knows both together.
        String told = System.getProperty("meanwhile.terminal");
        boolean terminalOut = told == null ? isTerminal(System.console()) : told.contains("out");
        boolean terminalIn = told == null ? isTerminal(System.console()) : told.contains("in");
        String noColour = System.getenv("NO_COLOR");
        boolean colours = (noColour == null || noColour.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
        Screen screen = new Screen(utf8(FileDescriptor.out), utf8(FileDescriptor.err), terminalOut, colours);
        return new Shell(screen, System.in, terminalIn, System::getenv, Clock.system(ZoneId.systemDefault()));
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
