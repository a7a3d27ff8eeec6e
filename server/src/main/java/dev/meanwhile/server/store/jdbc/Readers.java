package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A bounded pool of platform threads that read, each with a connection of its own. */
final class Readers implements AutoCloseable {
    /** Reads that may wait; each is short, and its caller waits for it. */
    private static final int QUEUE_SIZE = 16_384;

    private final Database database;
    private final Clock clock;
    private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(QUEUE_SIZE);
    private final List<Thread> threads = new ArrayList<>();

    /** The connection of a reader's thread; null everywhere else. */
    private final ThreadLocal<@Nullable Connection> own = new ThreadLocal<>();

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

    /** Runs the read on one of the threads; at once if this is one. */
    void submit(Command<?> command) {
        Connection connection = own.get();
        if (connection != null) {
            connection.read(command);
            return;
        }
        if (stopped) {
            throw Refusal.draining();
        }
        if (!room.tryAcquire()) {
            throw Refusal.storageBusy();
        }
        add(() -> {
            room.release();
            read(command);
        });
    }

    /** Runs a task in which reads run at once. Not bounded: whoever may give one gives one at a time. */
    void execute(Runnable task) {
        add(task);
    }

    boolean isCurrentThread() {
        return own.get() != null;
    }

    /** Whether this thread reads just now, so that it can't read anything else. */
    boolean inRead() {
        Connection connection = own.get();
        return connection != null && connection.reading;
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join();
        }
        runWaiting();
    }

    private void add(Runnable task) {
        queue.add(task);
        if (stopped) {
            runWaiting();
        }
    }

    private void read(Command<?> command) {
        Connection connection = own.get();
        if (connection == null) {
            command.refuse(Refusal.draining()).announce().run(); // the threads have ended
        } else {
            connection.read(command);
        }
    }

    private void run() {
        try (Connection connection = new Connection()) {
            own.set(connection);
            while (!stopped) {
                Runnable task = queue.take();
                try {
                    task.run();
                } catch (RuntimeException e) {
                    ServiceLog.unexpected("a task of a reader", e); // and the thread goes on
                } catch (Error e) {
                    Errors.tell(e); // likewise, unless memory ran out
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once the threads have ended: the reads among them are refused. */
    private void runWaiting() {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            task.run();
        }
    }

    /** One thread's, made anew after each trouble of the store. */
    private final class Connection implements AutoCloseable {
        private @Nullable JdbcTransaction open;
        private boolean reading;

        void read(Command<?> command) {
            if (command.abandoned()) {
                return;
            }
            reading = true;
            try {
                JdbcTransaction tx =
                        open == null ? open = JdbcTransaction.ofReader(database.openReader(), clock) : open;
                run(command, tx);
            } catch (StorageException e) {
                command.refuse(e).announce().run();
                close();
            } catch (RuntimeException | Error e) {
                command.refuse(e).announce().run();
            } finally {
                reading = false;
            }
        }

        private void run(Command<?> command, JdbcTransaction tx) {
            tx.control("BEGIN");
            Command.Ran ran;
            try {
                tx.startReading();
                ran = command.run(tx);
            } catch (StorageException e) {
                throw e;
            } catch (RuntimeException | Error e) {
                tx.control("ROLLBACK");
                throw e;
            } finally {
                tx.endCommand();
            }
            tx.control("COMMIT");
            ran.announce().run();
        }

        @Override
        public void close() {
            JdbcTransaction tx = open;
            open = null;
            if (tx != null) {
                try {
                    tx.close();
                } catch (StorageException e) {
                    ServiceLog.storeError("Closing a reader's connection", e);
                }
            }
        }
    }
}
