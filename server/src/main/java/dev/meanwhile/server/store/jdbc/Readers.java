package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.store.Storage.Caller;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** A bounded pool of platform threads that read, each with a connection of its own. */
final class Readers implements AutoCloseable {
    /** Reads that may wait; each is short, and its caller waits for it. */
    private static final int QUEUE_SIZE = 16_384;

    private final Database database;
    private final Clock clock;
    private final BlockingQueue<Command<?>> queue = new ArrayBlockingQueue<>(QUEUE_SIZE);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    Readers(Database database, Clock clock, int count) {
        this.database = database;
        this.clock = clock;
        for (int i = 1; i <= count; i++) {
            threads.add(Thread.ofPlatform().name("store-reader-" + i).unstarted(this::run));
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    void submit(Command<?> command) {
        if (!queue.offer(command)) {
            throw Refusal.storageBusy();
        }
        if (stopped) {
            refuseWaiting();
        }
    }

    boolean isCurrentThread() {
        return threads.contains(Thread.currentThread());
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join();
        }
        refuseWaiting();
    }

    private void run() {
        while (!stopped) {
            try (JdbcTransaction tx = new JdbcTransaction(database.openReader(), clock)) {
                boolean healthy = true;
                while (healthy && !stopped) {
                    healthy = read(tx, queue.take());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Whether the connection can be used on. */
    private boolean read(JdbcTransaction tx, Command<?> command) {
        if (command.abandoned()) {
            return true;
        }
        try {
            tx.control("BEGIN");
            tx.startCommand();
            Command.Ran ran = command.run(tx);
            tx.control("COMMIT");
            ran.announce().run();
            return true;
        } catch (RuntimeException | Error e) {
            command.refuse(e).announce().run();
            if (e instanceof StorageException) {
                return false;
            }
            tx.control("ROLLBACK");
            return true;
        }
    }

    private void refuseWaiting() {
        for (Command<?> command = queue.poll(); command != null; command = queue.poll()) {
            command.refuse(Refusal.draining()).announce().run();
        }
    }

    /** A read, as a command. */
    static <T extends @org.jspecify.annotations.Nullable Object> Command<T> command(
            dev.meanwhile.server.store.Storage.Work<T> work) {
        return new Command<>(Caller.USER, work);
    }
}
