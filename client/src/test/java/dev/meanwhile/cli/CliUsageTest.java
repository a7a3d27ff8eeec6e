package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.client.ServerAddress;
import dev.meanwhile.testing.LoopbackServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What is said where no server is needed, or none is there. */
final class CliUsageTest {
    @Test
    void withoutArgumentsItSaysWhatToDoNext() {
        Captured shell = Captured.pipe("");
        assertEquals(0, shell.run());
        assertTrue(shell.out().contains("bin/meanwhile demo"));
        assertTrue(shell.out().lines().count() < 20);
    }

    @Test
    void theHelpNamesEveryCommandAndEveryExitCode() {
        Captured shell = Captured.pipe("");
        assertEquals(0, shell.run("--help"));
        for (String word : List.of(
                "serve",
                "demo",
                "new",
                "sessions",
                "switch",
                "send",
                "tail",
                "explain",
                "models",
                "compact",
                "rename",
                "close",
                "delete",
                "watch",
                "history",
                "notifications",
                "cancel",
                "stats",
                "pause",
                "resume",
                "log-level",
                "help",
                "version",
                "--server",
                "--workspace",
                "--json")) {
            assertTrue(shell.out().contains(word), word);
        }
        for (int code = 0; code <= 3; code++) {
            assertTrue(shell.out().contains("\n  " + code + " "), shell::out);
        }
    }

    @Test
    void helpFollowsAPathOfCommands() {
        Captured shell = Captured.pipe("");
        assertEquals(0, shell.run("help", "models", "test"));
        assertTrue(shell.out().startsWith("Usage: bin/meanwhile models test "), shell::out);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sessions",
                "new",
                "switch 1",
                "send hello",
                "tail",
                "tail --message m",
                "explain m",
                "models",
                "models test m",
                "rename 1 x",
                "close 1",
                "delete 1 --yes",
                "watch",
                "history",
                "notifications --ack",
                "notifications --count",
                "cancel m",
                "cancel --queued 1",
                "stats --watch",
                "pause",
                "resume",
                "log-level",
                "version --json"
            })
    void noServerIsSaidWithTheWayOut(String command) {
        ServerAddress nowhere = LoopbackServer.nowhere();
        Captured shell = Captured.pipe("");
        shell.environment.put("MEANWHILE_SERVER", nowhere.toString());
        assertEquals(3, shell.run(command.split(" ")));
        assertEquals(
                "meanwhile: no server at " + nowhere + "; start it with: bin/meanwhile serve --grpc " + nowhere
                        + " (one that is just starting or stopping needs a moment)\n",
                shell.err());
        assertEquals("", shell.out());
    }

    @Test
    void theVersionOfTheProgramNeedsNoServer() {
        Captured shell = Captured.terminal();
        shell.environment.put("MEANWHILE_SERVER", LoopbackServer.nowhere().toString());
        assertEquals(0, shell.run("version"));
        assertTrue(shell.out().startsWith("meanwhile "), shell::out);
        assertTrue(shell.err().startsWith("no server at "), shell::err);
    }

    @Test
    void aHostThatDoesNotExistIsNotToldToBeStarted() {
        Captured shell = Captured.pipe("");
        assertEquals(3, shell.run("sessions", "--server", "nosuch.invalid:7420"));
        assertEquals("meanwhile: there is no host named nosuch.invalid\n", shell.err());
    }

    @Test
    void theOptionGoesBeforeTheEnvironment() {
        ServerAddress nowhere = LoopbackServer.nowhere();
        Captured shell = Captured.pipe("");
        shell.environment.put("MEANWHILE_SERVER", "127.0.0.1:1");
        assertEquals(3, shell.run("sessions", "--server", nowhere.toString()));
        assertTrue(shell.err().contains(nowhere.toString()), shell::err);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sesions",
                "switch",
                "delete 1",
                "close",
                "history --limit 0",
                "tail --after x",
                "sessions --server localhost",
                "new a b"
            })
    void aWrongLineIsAUsageError(String command) {
        Captured shell = Captured.pipe("");
        assertEquals(2, shell.run(command.split(" ")));
        assertTrue(shell.err().startsWith("meanwhile: "), shell::err);
        assertTrue(shell.err().contains("--help"), shell::err);
    }

    /** Planted: picocli's own words; all but the first found red. So are those with a quoted name where no place is looked at. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sesions                | there is no command "sesions"; did you mean: bin/meanwhile sessions
            --bogus                | there is no option "--bogus"
            --sever                | there is no option "--sever"; did you mean: --server
            sessions --jsn         | there is no option "--jsn"; did you mean: --json
            history --limit abc    | --limit: 'abc' is no whole number; write for instance: --limit 20
            history --limit 99999999999 | --limit: '99999999999' is out of range; write for instance: --limit 20
            send -5,degrees?       | a text that begins with "-" is taken for an option; put -- before it: bin/meanwhile send -- '-5 degrees?'
            send --wiat            | there is no option "--wiat"; did you mean: --wait; if it is the text, put -- before it: bin/meanwhile send -- --wiat
            send -s 2 -5,degrees?  | a text that begins with "-" is taken for an option; put -- before it: bin/meanwhile send -s 2 -- '-5 degrees?'
            send -5,degrees? --wait | a text that begins with "-" is taken for an option; put -- before it
            new -x                 | there is no option "-x"; if it is the name, put -- before it: bin/meanwhile new -- -x
            new a -b c             | there is no option "-b"; if it is the name, put -- before it
            rename 4 --old new     | there is no option "--old"; if it is the name, put -- before it
            send a -b c            | there is no option "-b"; if it is the text, put -- before it: bin/meanwhile send a -- -b c
            switch --bogus         | there is no option "--bogus"; if it is the session's name, put -- before it: bin/meanwhile switch -- --bogus
            history -s 3           | history takes its session without an option: bin/meanwhile history SESSION
            model -s 3 fast        | model takes its session without an option: bin/meanwhile model SESSION MODEL
            explain 3              | "3" is no id of a message; for the newest one of a session: bin/meanwhile explain -s 3
            rename 4 --old         | there is no option "--old"; if it is the name, put -- before it: bin/meanwhile rename 4 -- --old
            new ,                  | the name is empty or nothing but spaces; write one, or leave it out for a friendly one
            watch --exec EMPTY     | --exec needs a command to run; it is empty
            watch --include-pending | --include-pending goes with --exec
            new EMPTY              | the name is empty or nothing but spaces; write one, or leave it out for a friendly one
            rename 1 EMPTY         | the new name is empty or nothing but spaces; write one of 1 to 80 characters
            model 1 EMPTY          | the model is empty or nothing but spaces; write a name, as in: bin/meanwhile models
            models replace old ,   | the model is empty or nothing but spaces; write a name, as in: bin/meanwhile models
            models replace m m     | OLD and MODEL are the same; name the model they have now and the one they are to get
            new my trip home       | "trip home" is too much here; a name with spaces is to be quoted: bin/meanwhile new 'my trip home'
            --json new my trip --switch | "trip" is too much here; a name with spaces is to be quoted: bin/meanwhile --json new 'my trip' --switch
            new my --switch trip   | "trip" is too much here; a name with spaces is to be quoted
            rename 4 a b           | "b" is too much here; a name with spaces is to be quoted: bin/meanwhile rename 4 'a b'
            rename my trip b       | "b" is too much here; a name with spaces is to be quoted
            model my trip fast     | "fast" is too much here; a name with spaces is to be quoted
            switch my trip         | "trip" is too much here; a name with spaces is to be quoted: bin/meanwhile switch 'my trip'
            close a b              | "b" is too much here; a name with spaces is to be quoted: bin/meanwhile close 'a b'
            close 3 4              | "4" is too much here; close takes one SESSION at a time
            tail my trip           | "trip" is too much here; a name with spaces is to be quoted: bin/meanwhile tail 'my trip'
            sessions all           | "all" is too much here
            models tset m          | there is no command "models tset"; did you mean: bin/meanwhile models test
            profile usee work      | there is no command "profile usee"; did you mean: bin/meanwhile profile use
            rename 1 ,             | the new name is empty or nothing but spaces; write one of 1 to 80 characters
            switch --sessoin 1     | there is no option "--sessoin"
            switch                 | SESSION is missing; write: bin/meanwhile switch SESSION
            rename                 | SESSION and NAME are missing; write: bin/meanwhile rename SESSION NAME
            models replace a       | MODEL is missing; write: bin/meanwhile models replace OLD MODEL
            completion             | SHELL is missing; write: bin/meanwhile completion SHELL; SHELL is bash, zsh or fish
            completion tcsh        | SHELL can't be "tcsh"; choose bash, zsh or fish
            log-level WORKER loud  | LEVEL can't be "loud"; choose debug, info, warn or error
            cancel                 | cancel takes one of these: MESSAGE or --queued SESSION
            cancel m --queued 1    | cancel takes one of these: MESSAGE or --queued SESSION
            cancel --queued 1 --queued 2 | cancel takes one of these: MESSAGE or --queued SESSION
            cancel --queued        | --queued needs a value: --queued SESSION
            send -s                | --session needs a value: --session SESSION
            sessions --server --json | --server needs a value: --server HOST:PORT
            sessions --json --json | --json is given twice; give it once
            new --switch=x         | --switch takes no value
            history -dash          | a session's name that begins with "-" is taken for an option; put -- before it: bin/meanwhile history -- -dash
            history -all           | there is no option "-all"; did you mean: --all; if it is the session's name, put -- before it: bin/meanwhile history -- -all
            send -wait             | there is no option "-wait"; did you mean: --wait; if it is the text, put -- before it: bin/meanwhile send -- -wait
            close --cancle 3       | there is no option "--cancle"; did you mean: --cancel
            switch -my,trip        | a session's name that begins with "-" is taken for an option; put -- before it: bin/meanwhile switch -- '-my trip'
            history --al           | there is no option "--al"; did you mean: --all; if it is the session's name, put -- before it: bin/meanwhile history -- --al
            profile add lab h:7420 | "h:7420" is too much here; a server is named with: --server h:7420
            help models tset       | there is no command "models tset"; did you mean: bin/meanwhile models test
            help switch x          | "x" is too much here; bin/meanwhile switch has no commands of its own
            demo --json            | --json is for what the service says; the demo tells a story in words
            --json completion bash | --json is for what the service says; completion asks it nothing
            help models --json     | --json is for what the service says; help asks it nothing
            stats h:7420           | "h:7420" is too much here; a server is named with: --server h:7420
            """)
    void aWrongLineIsToldInPlainWords(String line, String words) {
        Captured shell = Captured.pipe("");
        String[] args = Stream.of(line.split(" "))
                .map(arg -> arg.equals("EMPTY") ? "" : arg.replace(',', ' '))
                .toArray(String[]::new);
        assertEquals(2, shell.run(args));
        assertEquals("meanwhile: " + words, shell.err().lines().findFirst().orElseThrow());
    }

    /** Planted: the page of the command above; found red. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "models test fast --timeout 0",
                "models replace m m",
                "models discover ftp://x",
                "profile add lab",
                "history 1 --limit 0"
            })
    void thePageToSeeIsThatOfTheCommandThatRan(String line) {
        Captured shell = Captured.pipe("");
        assertEquals(2, shell.run(line.split(" ")));
        String command = line.replaceAll(" (fast|m|ftp|lab|1)\\b.*", "");
        assertEquals(
                "see: bin/meanwhile " + command + " --help",
                shell.err().lines().toList().getLast());
    }

    /** Of each command: nothing behind it, an option without its value, a switch with one, all of them twice, too many words. */
    @Test
    void noCommandSpeaksInPicoclisWords() {
        Map<String, String> told = new TreeMap<>();
        tellWrongLines("", Cli.over(Captured.pipe("").shell()), told);
        assertTrue(told.size() > 200, () -> "only " + told.size());
        told.forEach((line, words) -> {
            assertTrue(words.startsWith("meanwhile: "), () -> line + ": " + words);
            assertFalse(
                    words.matches("(?s).*(required|[Ee]xpected|should|[Ii]nvalid|boolean|exclusive|parameter|\\[).*"),
                    () -> line + ": " + words);
        });
    }

    private static void tellWrongLines(String path, CommandLine command, Map<String, String> told) {
        command.getSubcommands().forEach((name, sub) -> tellWrongLines(path + name + " ", sub, told));
        List<String> lines = new ArrayList<>();
        for (OptionSpec option : command.getCommandSpec().options()) {
            String name = path + option.longestName();
            lines.add(option.arity().max() > 0 ? name : name + "=x");
            lines.add(
                    option.arity().max() > 0
                            ? name + " 7 " + option.longestName() + " 7"
                            : name + " " + option.longestName());
        }
        List<PositionalParamSpec> places = command.getCommandSpec().positionalParameters();
        if (places.stream().anyMatch(place -> place.arity().min() > 0)) {
            lines.add(path.strip());
        }
        if (places.stream().noneMatch(PositionalParamSpec::isMultiValue)) {
            lines.add(path + "x ".repeat(places.size() + 1).strip());
        }
        for (String line : lines) {
            Captured shell = Captured.pipe("");
            assertEquals(2, shell.run(line.split(" ")), () -> line + ": " + shell.out() + shell.err());
            told.put(line, shell.err());
        }
    }

    /** Planted: picocli's own writer, which keeps silent; found red. */
    @ParameterizedTest
    @ValueSource(strings = {"--help", "sessions --help", "help sessions", "--version", "version", ""})
    void aHelpThatCannotBeWrittenIsAFailure(String line) {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Screen screen = new Screen(full, new PrintStream(err, true), false, false, false);
        Shell shell = new Shell(screen, InputStream.nullInputStream(), false, name -> null, Clock.systemUTC());
        String[] args = line.isEmpty() ? new String[0] : line.split(" ");
        assertEquals(1, Cli.over(shell).execute(args));
        assertEquals("meanwhile: the output can't be written: No space left on device\n", err.toString());
    }

    @Test
    void aTextThatCannotBeSentIsRefusedBeforeAnyCall() {
        assertRefused(1, Captured.pipe(new byte[] {(byte) 0xff}), "not UTF-8");
        assertRefused(1, Captured.pipe(new byte[MessageText.LIMIT_BYTES + 1]), "larger than 262144 bytes");
        assertRefused(2, Captured.pipe(""), "empty");
        assertRefused(2, Captured.pipe(" \n\t\n"), "empty");
        assertRefused(2, Captured.terminal(), "no text");
    }

    private static void assertRefused(int exitCode, Captured shell, String words) {
        assertEquals(exitCode, shell.run("send"));
        assertTrue(shell.err().contains(words), shell::err);
    }
}
