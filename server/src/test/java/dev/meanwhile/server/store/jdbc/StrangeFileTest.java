package dev.meanwhile.server.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.telemetry.Metrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start on a file that is no database of ours says so in our words, and leaves the file alone. */
final class StrangeFileTest {
    @TempDir
    Path folder;

    /** Seen red: the words of the library that looks after the schema. */
    @Test
    void whatIsNoDatabaseOfOursIsToldSo() throws Exception {
        Path file = folder.resolve(Database.FILE_NAME);
        for (String text : new String[] {"not ours", "no database ".repeat(1_000)}) {
            Files.writeString(file, text);
            refused();
            assertEquals(text, Files.readString(file, StandardCharsets.UTF_8));
        }
        Files.delete(file);
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = other.createStatement()) {
            statement.execute("CREATE TABLE of_another (program TEXT)");
        }
        byte[] others = Files.readAllBytes(file);
        refused();
        assertArrayEquals(others, Files.readAllBytes(file));
        Files.delete(file);
        new Database(folder).create();
        byte[] whole = Files.readAllBytes(file);
        byte[] half = Arrays.copyOf(whole, whole.length / 2);
        Files.write(file, half);
        refused();
        assertArrayEquals(half, Files.readAllBytes(file));
    }

    private void refused() {
        StoreConfig config = new StoreConfig(folder, false, 64, 64, 2, Duration.ofSeconds(30));
        assertEquals(
                "the database in " + folder + " can't be used (meanwhile.db is not a database of Meanwhile, or is"
                        + " damaged); free the disk if it is full, restore a backup if the file is damaged, or choose"
                        + " another folder with --data",
                assertThrows(
                                IllegalStateException.class,
                                () -> JdbcStorage.open(config, Clock.systemUTC(), new Metrics(), failure -> {}))
                        .getMessage());
    }
}
