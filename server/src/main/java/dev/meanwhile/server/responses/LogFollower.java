package dev.meanwhile.server.responses;

import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Signals.News;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream over a log: subscribed first, it reads, emits and goes to rest until something wakes it, so that no
 * signal is lost. At rest it holds no thread and no read; awake it runs on one of the store's readers: what a reader can
 * take is put together where it was read.
 */
public final class LogFollower implements AutoCloseable {
    private final Storage storage;
    private final LogCursor cursor;
    private final LogSink sink;
    private final Pump pump;
    private final Consumer<LogFollower> onClose;
    private final Silence silence = new Silence();
    private final AtomicReference<Hint> hint = new AtomicReference<>(new Nothing());
    private volatile Signals.@Nullable Subscription subscription;
    private volatile boolean closed;
    private volatile boolean draining;
    private volatile boolean heartbeatDue;

    LogFollower(Storage storage, LogCursor cursor, LogSink sink, Consumer<LogFollower> onClose) {
        this.storage = storage;
        this.cursor = cursor;
        this.sink = sink;
        this.pump = new Pump(storage::onReader, this::run);
        this.onClose = onClose;
    }

    /** From now on it hears of the session; whoever keeps it knows it by then, since it may close at once. */
    void listen(Signals signals, long sessionKey) {
        Signals.Subscription made = signals.onSession(sessionKey, this::changed);
        subscription = made;
        if (closed) {
            made.close();
        }
    }

    /** What is known of the log since the last step. */
    private sealed interface Hint {}

    private record Nothing() implements Hint {}

    /** Something may have changed: read. */
    private record Look() implements Hint {}

    /** These entries came, and nothing else. */
    private record Came(News news) implements Hint {}

    /** There may be something to do: a commit, room in the sink, a heartbeat that is due. */
    public void wake() {
        hint.set(new Look());
        if (!closed) {
            pump.wake();
        }
    }

    private void changed(@Nullable News news) {
        if (news == null) {
            wake();
        } else if (cursor.concerns(news.messageKey()) && !closed) {
            hint.updateAndGet(known -> known instanceof Nothing ? new Came(news) : new Look());
            pump.wake();
        }
    }

    /** Sends a heartbeat once nothing else is to be sent. */
    public void beat() {
        heartbeatDue = true;
        wake();
    }

    /** Ends the stream in order, with a cursor to go on from. */
    public void drain() {
        draining = true;
        wake();
    }

    Silence silence() {
        return silence;
    }

    /** The reader is gone. */
    @Override
    public void close() {
        closed = true;
        Signals.Subscription made = subscription;
        if (made != null) {
            made.close();
        }
        onClose.accept(this);
    }

    private void run() {
        try {
            emit();
        } catch (Refusal refusal) {
            close();
            sink.failed(refusal);
        } catch (RuntimeException | Error e) {
            // An Error too: the cursor may stand behind what was not sent, so nothing may follow.
            String errorId = Long.toHexString(ThreadLocalRandom.current().nextLong());
            ServiceLog.unexpected("a stream (error_id " + errorId + ")", e);
            close();
            sink.failed(Refusal.internal(errorId));
            if (e instanceof Error error) {
                throw error;
            }
        }
    }

    private void emit() {
        if (closed) {
            return;
        }
        if (!sink.ready()) {
            hint.set(new Look()); // once it is; so nothing is held for it
            return;
        }
        if (draining) {
            close();
            sink.closing(LogSink.Closing.DRAINING, cursor.position());
            return;
        }
        LogCursor.@Nullable Step step = switch (hint.getAndSet(new Nothing())) {
            case Came(News news) -> cursor.take(news);
            case Look look -> null;
            case Nothing nothing -> null;
        };
        switch (step != null ? step : storage.read(cursor::next)) {
            case LogCursor.Step.Entries(var entries, boolean last, boolean rest) -> {
                sink.entries(entries);
                silence.broken();
                if (last) {
                    close();
                    sink.ended();
                } else if (!rest) {
                    wake();
                } // else a commit since the read has woken us again
            }
            case LogCursor.Step.End(LogSink.Closing reason) -> {
                close();
                sink.closing(reason, cursor.position());
            }
            case LogCursor.Step.Wait() -> {
                if (heartbeatDue) {
                    heartbeatDue = false;
                    sink.heartbeat(cursor.position());
                    silence.broken();
                }
            }
        }
    }
}
