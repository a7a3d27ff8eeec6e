package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts in real shells, with names that would like to be run. */
final class CompletionTest {
    private static final String EVIL = "trip to \"Lisbon\" & $(touch pwned) `touch pwned` it's; touch pwned \\";
    private static final Target TARGET = new Target("127.0.0.1:7420", "test", "default");

    @TempDir
    private Path folder = Path.of("");

    private CompletionCache cache = new CompletionCache(name -> null);

    @BeforeEach
    void names() {
        cache = new CompletionCache(Map.of("XDG_CACHE_HOME", folder.toString())::get);
        cache.sessions(
                TARGET,
                List.of(open(1, "one"), open(2, EVIL), open(3, "a:b c"), open(4, "\033]0;x\007\n$(touch pwned)")));
        cache.models(TARGET, List.of(Model.newBuilder().setName("gpt-4.1").build()));
    }

    /** Seen red by names that went into the list of matches unquoted, and by what is for the first place at each. */
    @Test
    void bashOffersNamesThatMeanThemselves() throws Exception {
        assertEquals(
                List.of("sessions", "serve", "send", "switch"),
                sorted(bash("s"), List.of("sessions", "serve", "send", "switch")));
        assertEquals(List.of("one"), bash("switch", "o"));
        assertEquals(List.of("one"), bash("send", "-s", "o"));
        assertEquals(List.of("one"), bash("send", "--session", "=", "o"));
        assertEquals(List.of(), bash("send", "o"));
        assertEquals(List.of("b\\ c"), bash("switch", "a", ":", "b"));
        assertEquals(List.of("gpt-4.1"), bash("new", "--model", ""));
        assertEquals(List.of("--session", "--server"), sorted(bash("send", "--se"), List.of("--session", "--server")));
        assertEquals(List.of("fish"), bash("completion", "f"));
        assertEquals(List.of("SESSION", "SPAWN", "STORE", "SERVER"), bash("log-level", "S"));
        assertEquals(List.of("debug"), bash("log-level", "WORKER", "d"));
        assertEquals(List.of(), bash("log-level", "WORKER", "debug", ""));
        assertEquals(List.of(), bash("rename", "one", "o"), "a new name is not one that is taken");
        for (String typed : List.of("tr", "'tr", "\"tr")) {
            String match = bash("switch", typed).getFirst();
            String quote = typed.startsWith("t") ? "" : typed.substring(0, 1);
            assertEquals(List.of(EVIL), shell("bash", "printf '%s\\n' " + quote + match + quote), typed);
        }
        assertEquals(List.of("s4"), bash("switch", "s"));
        assertFalse(Files.exists(folder.resolve("pwned")));
    }

    @Test
    void whatIsTypedIsNotRunEither() throws Exception {
        bash("switch", "$(touch pwned)");
        bash("switch", "`touch pwned`");
        bash("--server", "$(touch pwned)", "switch", "");
        bash("--server", "../../x", "switch", "");
        assertFalse(Files.exists(folder.resolve("pwned")));
    }

    /** Seen red by a script that looked for the default server only. */
    @Test
    void theNamesAreThoseOfTheServerInUse() throws Exception {
        cache.sessions(new Target("h:1", "test", "team"), List.of(open(1, "theirs")));
        Path profiles = folder.resolve("meanwhile").resolve("profiles.properties");
        assertEquals(List.of("theirs"), bash("--server", "h", ":", "1", "--workspace", "team", "switch", ""));
        Files.write(profiles, List.of("use=p", "p.server=h:1", "p.workspace=team"));
        assertEquals(List.of("theirs"), bash("switch", ""));
        assertEquals(List.of("p"), bash("profile", "use", ""));
        Files.write(profiles, List.of("use=", "p.server=h:1", "p.workspace=team"));
        assertEquals(List.of("theirs"), bash("--profile", "p", "switch", ""));
        assertEquals(List.of("one"), bash("switch", "o"));
    }

    @Test
    void withoutACacheNothingIsOffered() throws Exception {
        Files.delete(folder.resolve("meanwhile/127.0.0.1:7420/default.sessions"));
        assertEquals(List.of(), bash("switch", ""));
    }

    @Test
    void zshLoadsItAndReadsTheNames() throws Exception {
        assumeTrue(isThere("zsh"), "zsh is not installed here");
        Files.writeString(folder.resolve("script"), script("zsh"));
        assertEquals(
                List.of("s4", "a:b c", EVIL, "one"),
                shell(
                        "zsh",
                        "compdef() { : }; source ./script; server= workspace= profile=; _meanwhile_names session;"
                                + " print -rl -- $names"));
        assertEquals(
                List.of("session"),
                shell(
                        "zsh",
                        "setopt sh_word_split; compdef() { : }; source ./script;"
                                + " _meanwhile_walk --server h:1 send -s; print -r -- $kind"));
        assertEquals(
                List.of("words=debug,info,warn,error", "none"),
                shell(
                        "zsh",
                        "setopt sh_word_split; compdef() { : }; source ./script;"
                                + " _meanwhile_walk log-level --json WORKER; print -r -- $place;"
                                + " _meanwhile_walk log-level WORKER debug; print -r -- $place"));
        assertEquals(
                List.of("--config:file --data:file", "model"),
                shell(
                        "zsh",
                        "setopt sh_word_split; compdef() { : }; source ./script;"
                                + " _meanwhile_walk compact; print -r -- ${switches#* * };"
                                + " _meanwhile_walk models test; print -r -- $place"));
        assertEquals(
                List.of("discover test replace", "none"),
                shell(
                        "zsh",
                        "setopt sh_word_split; compdef() { : }; source ./script;"
                                + " _meanwhile_walk help models; print -r -- $below; print -r -- $place"));
        assertFalse(Files.exists(folder.resolve("pwned")));
    }

    @Test
    void fishOffersTheNames() throws Exception {
        assumeTrue(isThere("fish"), "fish is not installed here");
        Files.writeString(folder.resolve("script"), script("fish"));
        assertEquals(List.of("one"), shell("fish", "source ./script; complete -C 'meanwhile switch o'"));
        assertEquals(List.of(EVIL), shell("fish", "source ./script; complete -C 'meanwhile switch tr'"));
        assertEquals(List.of("debug"), shell("fish", "source ./script; complete -C 'meanwhile log-level WORKER d'"));
        assertEquals(List.of("QUEUE"), shell("fish", "source ./script; complete -C 'meanwhile log-level Q'"));
        assertEquals(List.of(), shell("fish", "source ./script; complete -C 'meanwhile rename one o'"));
        assertEquals(List.of("gpt-4.1"), shell("fish", "source ./script; complete -C 'meanwhile models test g'"));
        assertEquals(
                List.of("stats"),
                shell("fish", "source ./script; complete -C 'meanwhile help st' | string replace -r '\\t.*' ''"));
        assertEquals(
                List.of("discover", "replace", "test"),
                shell(
                        "fish",
                        "source ./script; complete -C 'meanwhile help models ' | string replace -r '\\t.*' '' | sort"));
        assertEquals(
                List.of("json"),
                shell(
                        "fish",
                        "source ./script; complete -C 'meanwhile serve --log-format j'"
                                + " | string replace -r '\\t.*' ''"));
        assertEquals(
                List.of("--workers", "--workspace-capacity"),
                shell(
                        "fish",
                        "source ./script; complete -C 'meanwhile serve --wor' | string replace -r '\\t.*' '' | sort"));
        assertEquals(
                List.of("one"),
                shell(
                        "fish",
                        "source ./script; complete -C 'meanwhile --json send -s o' | string replace -r '\\t.*' ''"));
        assertFalse(Files.exists(folder.resolve("pwned")));
    }

    /** The transcript has the list of the real server. */
    @Test
    void theComponentsAreThoseOfTheServer() throws Exception {
        String transcript = Files.readString(Path.of("src/test/resources/golden/pipe.txt"));
        String all = String.join(", ", new LogLevelCommand.Components());
        assertTrue(transcript.contains("there are: " + all + "\n"), all);
    }

    /** Planted: the options of a command of ours; no options for it. Both found red. */
    @Test
    void theServersCommandsHaveTheServersSettings() throws Exception {
        assertEquals(
                List.of("--workers", "--workspace-capacity"),
                bash("serve", "--wor").stream().sorted().toList());
        assertEquals(List.of(), bash("serve", "--server"));
        assertEquals(List.of("text", "json"), bash("serve", "--log-format", "="));
        assertEquals(List.of("warn"), bash("serve", "--workers", "3", "--log-level.QUEUE", "w"));
        assertEquals(
                List.of("--config", "--data", "--help", "-h"),
                bash("compact", "-").stream().sorted().toList());
    }

    /** Planted: nothing behind help; found red, in the other shells, too. */
    @Test
    void helpIsOfferedTheCommands() throws Exception {
        assertEquals(List.of("stats"), bash("help", "st"));
        assertEquals(List.of("serve"), bash("help", "ser"));
        assertEquals(List.of("discover", "test", "replace"), bash("help", "models", ""));
        assertEquals(List.of(), bash("help", "models", "test", ""));
    }

    @Test
    void aModelToTestIsOffered() throws Exception {
        assertEquals(List.of("gpt-4.1"), bash("models", "test", "g"));
    }

    static Session open(int number, String name) {
        return Session.newBuilder()
                .setNumber(number)
                .setSessionId("s" + number)
                .setName(name)
                .setState(SessionState.SESSION_STATE_OPEN)
                .build();
    }

    private static String script(String shell) {
        Captured captured = Captured.pipe("");
        assertEquals(0, captured.run("completion", shell));
        return captured.out();
    }

    /** What bash would offer for the last of these words. */
    private List<String> bash(String... words) throws Exception {
        Files.writeString(folder.resolve("script"), script("bash"));
        List<String> command = new ArrayList<>(List.of(
                "bash",
                "--norc",
                "-c",
                "source ./script; COMP_WORDS=(meanwhile \"$@\"); COMP_CWORD=$#; _meanwhile;"
                        + " ((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"",
                "test"));
        command.addAll(List.of(words));
        return run(command);
    }

    private List<String> shell(String shell, String commands) throws Exception {
        return run(List.of(shell, "-c", commands));
    }

    private List<String> run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("MEANWHILE_"));
        builder.environment()
                .putAll(Map.of(
                        "XDG_CACHE_HOME", folder.toString(),
                        "XDG_CONFIG_HOME", folder.toString(),
                        "HOME", folder.toString(),
                        "LC_ALL", "C.UTF-8"));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), command::toString);
        return output.lines().toList();
    }

    private static List<String> sorted(List<String> found, List<String> order) {
        return order.stream().filter(found::contains).limit(found.size()).toList();
    }

    private boolean isThere(String shell) throws InterruptedException {
        try {
            return run(List.of(shell, "-c", "echo ok")).equals(List.of("ok"));
        } catch (IOException e) {
            return false;
        }
    }
}
