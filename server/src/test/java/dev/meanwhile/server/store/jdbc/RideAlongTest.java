package dev.meanwhile.server.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Storage.Caller;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.Metrics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RideAlongTest {
    @TempDir
    Path folder;

    private final List<@Nullable String> heard = Collections.synchronizedList(new ArrayList<>());
    private Storage storage;

    @BeforeEach
    void open() {
        StoreConfig config = new StoreConfig(folder, false, 64, 64, 2, Duration.ofSeconds(30));
        storage = JdbcStorage.open(config, Clock.systemUTC(), new Metrics(), failure -> {});
    }

    @AfterEach
    void close() {
        storage.close();
    }

    /** Seen red: with its callback behind the answers. */
    @Test
    void runsBehindTheWorkThatCallsForItAndIsToldOfBeforeTheAnswer() {
        storage.rideAlong(tx -> tx.settings().get("work") + " claimed", heard::add);

        List<@Nullable String> heardAtTheAnswer = storage.inTransaction(Caller.USER, tx -> {
            bring(tx, "first");
            return List.copyOf(heard);
        });
        assertEquals(List.of(), heardAtTheAnswer, "it ran inside the command");
        assertEquals(List.of("first claimed"), heard);
    }

    /** Seen red: with the rider in every commit. */
    @Test
    void staysAwayFromCommitsThatBringNoWork() {
        storage.rideAlong(tx -> "claimed", heard::add);
        storage.inTransaction(Caller.USER, tx -> {
            tx.settings().set("other", "1");
            return true;
        });
        assertEquals(List.of(), heard);
    }

    /** Seen red: with the rider in the second try too, and without running what was to be taken back. */
    @Test
    void itsTroubleIsNotThatOfTheWork() {
        List<String> taken = Collections.synchronizedList(new ArrayList<>());
        storage.rideAlong(
                tx -> {
                    taken.add("slot");
                    tx.onRollback(() -> taken.remove("slot"));
                    throw new IllegalStateException("a fault in claiming");
                },
                (@Nullable String result) -> heard.add(result));
        storage.inTransaction(Caller.USER, tx -> {
            bring(tx, "kept");
            return true;
        });
        assertEquals("kept", storage.read(tx -> tx.settings().get("work")));
        assertEquals(1, heard.size(), "told that it had to stay behind, so that it comes by itself");
        assertNull(heard.getFirst());
        assertTrue(taken.isEmpty(), "the slot was not given back");
    }

    private static void bring(Transaction tx, String work) {
        tx.settings().set("work", work);
        tx.workAvailable();
    }
}
