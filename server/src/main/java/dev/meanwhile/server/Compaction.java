package dev.meanwhile.server;

import dev.meanwhile.server.coordinator.Purger;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.store.jdbc.JdbcStorage;
import dev.meanwhile.server.telemetry.Metrics;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;

/** {@code meanwhile compact}: with no server running, takes what was deleted out of the files (P14). */
final class Compaction {
    static final String NAME = "compact";

    static final String HELP = """
            Usage: bin/meanwhile compact [--data DIR] [--config FILE]

            Rewrites the database without what was deleted, so that its bytes leave the files and the files get
            smaller. Stop the server first. What deleted sessions left behind is removed before. It needs free room
            in the data folder for twice what is kept, and nothing is lost if it fails or is interrupted.

              --data DIR     As for serve; default: $XDG_DATA_HOME/meanwhile, else ~/.local/share/meanwhile.
              --config FILE  As for serve: the file that names the folder (data=DIR).""";

    private Compaction() {}

    /** Throws IllegalStateException with words for a person if it can't be done. */
    static void run(StoreConfig config, PrintStream out) {
        if (!Files.exists(config.dataFolder().resolve(JdbcStorage.FILE_NAME))) {
            throw new IllegalStateException("there is no database in " + config.dataFolder()
                    + "; name the folder that the server uses with --data");
        }
        long before;
        // A restore is told of by a server's start, not here.
        JdbcStorage storage = JdbcStorage.open(config.asIs(), Clock.systemUTC(), new Metrics(), failure -> {});
        try {
            before = storage.fileBytes();
            purge(storage, config.dataFolder());
        } catch (RuntimeException | Error e) {
            storage.close();
            throw e;
        }
        storage.closeAndRewrite();
        out.printf(Locale.ROOT, "%s: %,d bytes before, %,d after%n", config.dataFolder(), before, storage.fileBytes());
    }

    private static void purge(JdbcStorage storage, Path folder) {
        Purger purger = new Purger(storage, new Signals());
        try {
            while (purger.purgePiece()) { // each waits for its commit
                if (!storage.writable()) {
                    throw new IllegalStateException("the database in " + folder
                            + " can't be written; free the disk if it is full, or restore a backup if it is damaged");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; nothing is lost", e);
        }
    }
}
