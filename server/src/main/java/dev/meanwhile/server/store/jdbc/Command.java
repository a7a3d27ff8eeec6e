package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.store.Storage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Work that waits for the writer, and who waits for it. */
final class Command<T extends @Nullable Object> {
    private final Storage.Work<T> work;
    private final Storage.Caller caller;
    private final CompletableFuture<T> answer = new CompletableFuture<>();

    Command(Storage.Caller caller, Storage.Work<T> work) {
        this.caller = caller;
        this.work = work;
    }

    Storage.Caller caller() {
        return caller;
    }

    CompletableFuture<T> answer() {
        return answer;
    }

    /** Nobody waits for it any more. */
    boolean abandoned() {
        return answer.isDone();
    }

    /** Runs the work; the answer leaves only with {@link Ran#announce}. */
    Ran run(JdbcTransaction tx) {
        T value = work.run(tx);
        return new Ran(tx.callbacks(), () -> answer.complete(value));
    }

    Ran refuse(Throwable reason) {
        return new Ran(List.of(), () -> answer.completeExceptionally(reason));
    }

    /** What is left to do after the commit: callbacks, then the answer. */
    record Ran(List<Runnable> callbacks, Runnable announce) {}
}
