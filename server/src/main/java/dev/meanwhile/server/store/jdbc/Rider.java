package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.jdbc.Command.Ran;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Work that runs last in the commits that call for it, and who gets its result. */
record Rider<T>(Storage.Work<T> work, Consumer<@Nullable T> after) {

    Ran ride(JdbcTransaction tx) {
        T result = work.run(tx);
        List<Runnable> callbacks = tx.callbacks();
        callbacks.add(() -> after.accept(result));
        return new Ran(callbacks, () -> {});
    }

    /** In its place: it is to come by itself. */
    Ran leftOut() {
        return new Ran(List.of(() -> after.accept(null)), () -> {});
    }
}
