package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Profiles as somebody types them, in a configuration folder of their own. */
final class ProfileTest {
    private static final Target.Options NO_OPTIONS = new Target.Options(null, null, null);

    @TempDir
    private Path config = Path.of("");

    private String server = "";
    private Captured shell = Captured.terminal();

    /** Seen red by a use that forgets which one was in use before. */
    @Test
    void addUseAndGoBack() throws IOException {
        assertEquals(0, run("profile", "add", "work", "--server", "w:1", "--workspace", "team"));
        assertEquals(0, run("profile", "add", "home", "--server", "h:2"));
        assertEquals(Target.DEFAULT_SERVER, target().server());
        assertEquals(0, run("profile", "use", "work"));
        assertEquals(0, run("profile", "use", "home"));
        assertEquals("h:2", target().server());
        assertEquals("default", target().workspace());
        assertEquals(0, run("profile", "use", "-"));
        assertEquals("w:1", target().server());
        assertEquals("team", target().workspace());
        run("profile");
        assertEquals(
                List.of("   NAME  SERVER  WORKSPACE", "   home  h:2     -", "▶  work  w:1     team"),
                shell.out().lines().toList());
        assertEquals(0, run("profile", "remove", "work"));
        assertEquals("profile work removed; none is in use now\n", shell.out());
        assertEquals(Target.DEFAULT_SERVER, target().server());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        try (Stream<Path> files = Files.list(file().getParent())) {
            assertEquals(
                    List.of(file()),
                    files.filter(each -> !each.toString().endsWith(".lock")).toList(),
                    "nothing half written is left");
        }
    }

    /** Planted: the link itself replaced; the lock beside the link, of which there may be several. Both found red. */
    @Test
    void aFileKeptElsewhereStaysThere(@TempDir Path elsewhere) throws IOException {
        Files.createDirectories(file().getParent());
        Files.createSymbolicLink(file(), elsewhere.resolve("mine"));
        assertEquals(0, run("profile", "add", "work", "--server", "w:1"));
        assertEquals(0, run("profile", "add", "home", "--server", "h:2"));
        assertTrue(Files.isSymbolicLink(file()));
        String kept = Files.readString(elsewhere.resolve("mine"));
        assertTrue(kept.contains("work.server=w:1\n") && kept.contains("home.server=h:2\n"), kept);
        for (Path folder : List.of(elsewhere, file().getParent())) {
            boolean target = folder.equals(elsewhere);
            try (Stream<Path> files = Files.list(folder)) {
                assertEquals(
                        target ? List.of(".mine.lock", "mine") : List.of("profiles.properties"),
                        files.map(each -> each.getFileName().toString())
                                .sorted()
                                .toList());
            }
        }
    }

    /** Planted: as notes, which a pipe does not get; found red. */
    @Test
    void whatChangedIsSaidIntoAPipeToo() {
        assertEquals("profile work added\n", piped("add", "work", "--server", "w:1"));
        assertEquals("profile work changed\n", piped("set", "work", "--workspace", "team"));
        assertEquals("in use: work, server w:1, workspace team\n", piped("use", "work"));
        assertEquals("no profile in use\n", piped("use", "-"));
        assertEquals("profile work removed\n", piped("remove", "work"));
        assertEquals("", piped());
    }

    /** Planted: as a note; found red. */
    @Test
    void whoLooksIsToldThatThereIsNone() {
        shell = Captured.watchedPipe();
        shell.environment.put("XDG_CONFIG_HOME", config.toString());
        assertEquals(0, shell.run("profile"));
        assertEquals("", shell.out());
        assertTrue(shell.err().contains("no profile yet; make one with: bin/meanwhile profile add"), shell::err);
    }

    /** Planted: the table all the same; found red. */
    @Test
    void nothingOfItIsAMessageOfTheService() {
        for (String line : List.of("profile", "profile add x --server h:1", "profile use x", "profile remove x")) {
            assertEquals(2, run((line + " --json").split(" ")));
            assertTrue(shell.err().startsWith("meanwhile: --json is for what the service says"), shell::err);
        }
        assertFalse(Files.exists(file()));
    }

    /** Planted: read and written without the lock; found red. */
    @Test
    void manyAtOnceLoseNothing() throws Exception {
        int many = 9;
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Callable<Integer>> adds = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                String name = "p" + i;
                adds.add(() -> {
                    Captured each = Captured.pipe("");
                    each.environment.put("XDG_CONFIG_HOME", config.toString());
                    return each.run("profile", "add", name, "--server", "h:1");
                });
            }
            for (Future<Integer> add : threads.invokeAll(adds)) {
                assertEquals(0, add.get());
            }
        }
        run("profile");
        assertEquals(many + 1, shell.out().lines().count(), shell::out);
    }

    /** Red if the name is looked up only in the change. */
    @ParameterizedTest
    @ValueSource(strings = {"use", "remove"})
    void aNameThatIsNoneMakesNothing(String command) {
        assertEquals(1, run("profile", command, "nosuch"));
        assertTrue(shell.err().contains("no profile \"nosuch\""), shell::err);
        assertFalse(Files.exists(file().getParent()));
    }

    @Test
    void goingBackFromTheFirstIsToNone() {
        run("profile", "add", "work", "--server", "w:1");
        run("profile", "use", "work");
        run("profile", "use", "-");
        assertEquals(Target.DEFAULT_SERVER, target().server());
        run("profile", "use", "-");
        assertEquals("w:1", target().server());
    }

    @Test
    void whatIsNotGivenStaysWhenAProfileIsSet() {
        run("profile", "add", "work", "--server", "w:1", "--workspace", "team");
        assertEquals(0, run("profile", "set", "work", "--server", "w:2"));
        run("profile", "use", "work");
        assertEquals("w:2", target().server());
        assertEquals("team", target().workspace());
    }

    /** Seen red by an environment that went before the profile named on the command line. */
    @Test
    void theNearerOneWins() {
        run("profile", "add", "used", "--server", "used:1", "--workspace", "used");
        run("profile", "add", "named", "--server", "named:1");
        run("profile", "use", "used");
        assertEquals("used:1", target().server());
        shell.environment.put("MEANWHILE_PROFILE", "named");
        assertEquals("named:1", target().server());
        assertEquals("default", target().workspace());
        shell.environment.put("MEANWHILE_SERVER", "env:1");
        assertEquals("env:1", target().server());
        assertEquals("named:1", target(new Target.Options(null, null, "named")).server());
        assertEquals("opt:1", target(new Target.Options("opt:1", null, "named")).server());
    }

    @Test
    void theOptionIsForOneCommand() {
        run("profile", "add", "nowhere", "--server", "127.0.0.1:1");
        assertEquals(3, run("sessions", "--profile", "nowhere"));
        assertTrue(shell.err().contains("no server at 127.0.0.1:1;"), shell::err);
        assertEquals(1, run("sessions", "--profile", "nowhree"));
        assertTrue(shell.err().contains("no profile \"nowhree\"; did you mean nowhere?"), shell::err);
    }

    @ParameterizedTest
    @CsvSource({
        "work.server=nowhere, 3: server = nowhere: not host:port",
        "work.workspace=a b, 3: workspace = a b: a workspace's name",
        "wrk, 3: expected NAME.server=",
        "use=other, 3: there is no profile other",
        "-x.server=h:1, 3: a profile's name is"
    })
    void damageIsToldWithFileAndLine(String line, String words) throws IOException {
        Files.createDirectories(file().getParent());
        Files.write(file(), List.of("# mine", "", line));
        for (List<String> command : List.of(List.of("profile"), List.of("sessions"), List.of("profile", "use", "-"))) {
            assertEquals(1, run(command.toArray(String[]::new)));
            assertTrue(shell.err().contains(file() + ":" + words), shell::err);
        }
        assertEquals(List.of("# mine", "", line), Files.readAllLines(file()));
    }

    /** With all given there is nothing to look up, so damage is in nobody's way. */
    @Test
    void theFileIsNotReadWhereItDecidesNothing() throws IOException {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), "damage");
        assertEquals(3, run("sessions", "--server", "127.0.0.1:1", "--workspace", "w"));
    }

    @Test
    void aProfileThatCannotBeIsRefused() {
        assertEquals(2, run("profile", "add", "work"));
        assertTrue(shell.err().contains("give --server or --workspace"), shell::err);
        assertEquals(2, run("profile", "add", "work", "--server", "nowhere"));
        assertEquals(2, run("profile", "add", "a.b", "--server", "h:1"));
        assertEquals(1, run("profile", "use", "work"));
        assertFalse(Files.exists(file()));
    }

    /** Red without the word: messages would go to a server that "in use" does not name. */
    @Test
    void aVariableThatGoesBeforeTheProfileIsTold() {
        run("profile", "add", "work", "--server", "h:1");
        server = "127.0.0.1:2";
        for (String[] command : new String[][] {{"profile", "use", "work"}, {"profile"}}) {
            assertEquals(0, run(command));
            assertEquals("MEANWHILE_SERVER=127.0.0.1:2 is set, and goes before the profile in use\n", shell.err());
        }
    }

    private int run(String... args) {
        shell = Captured.terminal();
        shell.environment.put("XDG_CONFIG_HOME", config.toString());
        shell.environment.put("MEANWHILE_SERVER", server);
        return shell.run(args);
    }

    private String piped(String... args) {
        shell = Captured.pipe("");
        shell.environment.put("XDG_CONFIG_HOME", config.toString());
        assertEquals(
                0,
                shell.run(Stream.concat(Stream.of("profile"), Stream.of(args)).toArray(String[]::new)),
                shell::err);
        assertEquals("", shell.err());
        return shell.out();
    }

    private Target target() {
        return target(NO_OPTIONS);
    }

    private Target target(Target.Options options) {
        return Target.of(options, shell.environment::get);
    }

    private Path file() {
        return config.resolve("meanwhile").resolve("profiles.properties");
    }
}
