package dev.meanwhile.cli;

import static dev.meanwhile.cli.CompletionTest.open;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.meanwhile.client.ServerAddress;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the scripts of {@link CompletionTest} read. */
final class CompletionCacheTest {
    private static final Target TARGET = new Target("127.0.0.1:7420", "test", "default");

    @TempDir
    private Path folder = Path.of("");

    private CompletionCache cache = new CompletionCache(name -> null);

    @BeforeEach
    void inAFolderOfItsOwn() {
        cache = new CompletionCache(Map.of("XDG_CACHE_HOME", folder.toString())::get);
    }

    /** Seen red by a cache without an end. */
    @Test
    void theCacheIsBoundedAndPrivate() throws Exception {
        List<Session> many = new ArrayList<>();
        for (int i = 1; i <= 3_000; i++) {
            many.add(open(i, "session number " + i));
        }
        many.add(open(3_001, "closed").toBuilder()
                .setState(SessionState.SESSION_STATE_CLOSED)
                .build());
        cache.sessions(TARGET, many);
        Path file = file(TARGET.address());
        List<String> lines = Files.readAllLines(file);
        assertEquals(CompletionCache.MOST_NAMES, lines.size());
        assertEquals("session number 3000", lines.getFirst());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("127.0.0.1:7420", new ServerAddress("127.0.0.1", 7420).toString(), "the folder's name");
    }

    /** Red if the name alone is offered, which means the other session. */
    @Test
    void aNameThatIsAnothersIdIsOfferedAsName() throws Exception {
        cache.sessions(TARGET, List.of(open(1, "s2"), open(2, "two"), open(3, "s3")));
        assertEquals(List.of("s3", "two", "name:s2"), offered(TARGET.address()));
    }

    @Test
    void namesOnWhichNobodyCouldTypeAreTheirIds() throws Exception {
        cache.sessions(TARGET, List.of(open(1, "-rf"), open(2, "one"), open(3, "a\u202eb"), open(4, "tab\there")));
        assertEquals(List.of("s4", "s3", "one", "s1"), offered(TARGET.address()));
        cache.sessions(new Target("127.0.0.1:7420", "test", "../x"), List.of(open(1, "one")));
        assertFalse(Files.exists(folder.resolve("meanwhile/x.sessions")));
    }

    /** Planted: the bare name, which is taken for a number; its id. Both found red. */
    @Test
    void aNameThatAloneMeansSomethingElseIsOfferedAsAName() throws Exception {
        cache.sessions(TARGET, List.of(open(1, "2027"), open(2, "name:2027")));
        assertEquals(List.of("name:name:2027", "name:2027"), offered(TARGET.address()));
        Session numberAsId = open(1, "-rf").toBuilder().setSessionId("2027").build();
        cache.sessions(TARGET, List.of(numberAsId));
        assertEquals(List.of("name:2027"), offered(TARGET.address()));
    }

    /** Planted: each command without its word to the cache; each found red. */
    @Test
    void whatACommandChangesIsOfferedAsItIsNow() throws Exception {
        try (ServerProcess process = ServerProcess.start(folder.resolve("data"))) {
            ServerAddress server = process.address();
            run(server, "new", "first");
            run(server, "new", "second");
            assertEquals(List.of("second", "first"), offered(server));
            run(server, "rename", "first", "renamed");
            assertEquals(List.of("second", "renamed"), offered(server));
            run(server, "close", "second");
            assertEquals(List.of("renamed"), offered(server));
            run(server, "delete", "renamed", "--yes");
            assertEquals(List.of(), offered(server));
        }
    }

    /** Planted: the name goes with any session that had it; one that was offered as name:X stays. Each found red. */
    @Test
    void whatGoesTakesItsOwnNameAlong() throws Exception {
        try (ServerProcess process = ServerProcess.start(folder.resolve("data"))) {
            ServerAddress server = process.address();
            run(server, "new", "trip");
            run(server, "close", "1");
            run(server, "new", "trip");
            run(server, "delete", "1", "--yes");
            assertEquals(List.of("trip"), offered(server));
            run(server, "new", "other", "--id", "trip");
            run(server, "sessions");
            assertEquals(List.of("other", "name:trip"), offered(server));
            run(server, "close", "2");
            assertEquals(List.of("other"), offered(server));
        }
    }

    @Test
    void aCacheThatCannotBeWrittenIsNobodysConcern() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        new CompletionCache(Map.of("XDG_CACHE_HOME", file.toString())::get).sessions(TARGET, List.of(open(1, "one")));
        assertEquals(0, Files.size(file));
    }

    private void run(ServerAddress server, String... args) {
        Captured shell = Captured.pipe("");
        shell.environment.put("MEANWHILE_SERVER", server.toString());
        shell.environment.put("XDG_CACHE_HOME", folder.toString());
        assertEquals(0, shell.run(args), shell::err);
    }

    private List<String> offered(ServerAddress server) throws IOException {
        return Files.readAllLines(file(server));
    }

    private Path file(ServerAddress server) {
        return folder.resolve("meanwhile").resolve(server.toString()).resolve("default.sessions");
    }
}
