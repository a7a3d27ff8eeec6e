package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.store.StoreConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P14, its last step: what was deleted leaves the files. */
final class CompactionTest {
    private static final String SECRET = "the-word-that-must-go";

    @TempDir
    Path folder;

    /** Planted: no VACUUM; no purge before it. Each found red. */
    @Test
    void p14WhatWasDeletedIsInNoFileAnyMore() throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            UserCalls calls = new UserCalls(server);
            server.session("gone");
            server.session("stays");
            String[] ended = new String[20];
            for (int i = 0; i < ended.length; i++) {
                ended[i] = calls.submit("gone", SECRET + " " + "x".repeat(10_000));
            }
            String kept = calls.submit("stays", "the-word-that-stays");
            calls.awaitEnds("gone", ended);
            calls.awaitEnds("stays", kept);
        }
        // As a server leaves it that is killed between the deletion and the purge.
        try (StoredFile file = new StoredFile(folder)) {
            file.change("UPDATE session SET state = 2 WHERE id = 'gone'");
        }
        assertTrue(holds(SECRET));

        String said = compact();

        assertFalse(holds(SECRET));
        assertTrue(holds("the-word-that-stays"));
        long size = size();
        assertTrue(said.contains(String.format("%,d after", size)), said + size);
        assertTrue(size < 20 * 10_000, said);
        try (TestServer server = TestServer.start(folder)) {
            assertEquals("stays", new UserCalls(server).session("stays").getSessionId());
        }
    }

    /** Planted: the lock not taken; found red. */
    @Test
    void itIsRefusedWhileAServerRuns() throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            server.session("s");
            String words = refused();
            assertTrue(words.contains("uses the data folder " + folder), words);
        }
    }

    /** A folder mistyped must not become an empty database. */
    @Test
    void whereThereIsNoDatabaseNothingIsMade() throws Exception {
        assertTrue(refused().contains("there is no database in " + folder));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    private String refused() {
        return String.valueOf(
                assertThrows(IllegalStateException.class, this::compact).getMessage());
    }

    private String compact() {
        StoreConfig store =
                ServerConfig.read(List.of("--data=" + folder), Map.of()).store();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Compaction.run(store, new PrintStream(said, true, StandardCharsets.UTF_8));
        return said.toString(StandardCharsets.UTF_8);
    }

    private boolean holds(String words) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(words)) {
                    return true;
                }
            }
            return false;
        }
    }

    private long size() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().contains("meanwhile.db"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
