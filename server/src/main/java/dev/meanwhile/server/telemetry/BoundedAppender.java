package dev.meanwhile.server.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.util.ReentryGuard;
import ch.qos.logback.core.util.ReentryGuardFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Hands lines to a thread of its own that writes them in order; whoever logs never waits. When {@code room} lines
 * wait, DEBUG and INFO are dropped; WARN and ERROR have {@code reserve} more. A line tells what was dropped.
 */
final class BoundedAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** Lines gather this long after a write, so that under load nobody pays for waking the writer. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long BETWEEN_REPORTS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int BATCH_CHARS = 32 * 1024;

    private final LogFormat format;
    private final OutputStream out;
    private final int room;
    private final int reserve;
    private final LibraryLimit libraries;
    private final Duration patience;

    /** Events, and latches of those who wait until everything before has been written. */
    private final ConcurrentLinkedQueue<Object> queue = new ConcurrentLinkedQueue<>();

    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong droppedDetails = new AtomicLong();
    private final AtomicLong droppedSevere = new AtomicLong();
    private final Thread writer =
            Thread.ofPlatform().daemon().name("log-writer").unstarted(this::writeUntilStopped);
    private final StringBuilder batch = new StringBuilder();
    private volatile boolean idle;
    private volatile boolean stopping;
    private long lastReport = System.nanoTime() - BETWEEN_REPORTS_NANOS;

    BoundedAppender(
            LogFormat format, OutputStream out, int room, int reserve, LibraryLimit libraries, Duration patience) {
        this.format = format;
        this.out = out;
        this.room = room;
        this.reserve = reserve;
        this.libraries = libraries;
        this.patience = patience;
    }

    @Override
    public void start() {
        super.start();
        writer.start();
    }

    /** Writes what waits, for a bounded time. */
    @Override
    public void stop() {
        super.stop();
        stopping = true;
        LockSupport.unpark(writer);
        try {
            writer.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits, for a bounded time, until everything logged before has been written; false if it has not. */
    boolean flush() {
        CountDownLatch written = new CountDownLatch(1);
        queue.add(written);
        wake();
        try {
            return written.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        boolean severe = event.getLevel().isGreaterOrEqual(Level.WARN);
        if (!admit(severe ? room + reserve : room)) {
            (severe ? droppedSevere : droppedDetails).incrementAndGet();
            return;
        }
        if (!Component.isComponent(event.getLoggerName())) {
            // Arguments from elsewhere may change before they are written.
            event.getFormattedMessage();
        }
        queue.add(event);
        wake();
    }

    private boolean admit(int limit) {
        int now = waiting.get();
        while (now < limit) {
            int seen = waiting.compareAndExchange(now, now + 1);
            if (seen == now) {
                return true;
            }
            now = seen;
        }
        return false;
    }

    /** This appender logs nothing itself, so a guard in each thread would be wasted. */
    @Override
    protected ReentryGuard buildReentryGuard() {
        return ReentryGuardFactory.makeGuard(ReentryGuardFactory.GuardType.NOP);
    }

    private void wake() {
        if (idle) {
            idle = false;
            LockSupport.unpark(writer);
        }
    }

    private void writeUntilStopped() {
        while (true) {
            boolean last = stopping;
            boolean wrote = writeBatch(last);
            if (!wrote && last) {
                return;
            }
            if (wrote && !last) {
                LockSupport.parkNanos(this, GATHER_NANOS);
            } else if (!wrote) {
                rest();
            }
        }
    }

    private void rest() {
        idle = true;
        if (queue.isEmpty() && !stopping) {
            LockSupport.parkNanos(this, BETWEEN_REPORTS_NANOS);
        }
        idle = false;
    }

    private boolean writeBatch(boolean last) {
        batch.setLength(0);
        CountDownLatch flushed = null;
        Object next;
        while (flushed == null && batch.length() < BATCH_CHARS && (next = queue.poll()) != null) {
            if (next instanceof CountDownLatch latch) {
                flushed = latch;
            } else {
                waiting.decrementAndGet();
                format((ILoggingEvent) next);
            }
        }
        report(last || flushed != null);
        if (!batch.isEmpty()) {
            try {
                out.write(batch.toString().getBytes(StandardCharsets.UTF_8));
                out.flush();
            } catch (IOException e) {
                // Standard error is gone; there is nowhere left to say so, and the service goes on.
                droppedDetails.incrementAndGet();
            }
        }
        if (flushed != null) {
            flushed.countDown();
        }
        return !batch.isEmpty() || flushed != null;
    }

    private void format(ILoggingEvent event) {
        int start = batch.length();
        try {
            format.write(batch, event);
        } catch (RuntimeException e) {
            batch.setLength(start);
            droppedDetails.incrementAndGet();
        }
    }

    /** One line about what was dropped, when there is room again, and at most one a second. */
    private void report(boolean now) {
        if (!now && (waiting.get() > room / 2 || System.nanoTime() - lastReport < BETWEEN_REPORTS_NANOS)) {
            return;
        }
        long details = droppedDetails.getAndSet(0);
        long severe = droppedSevere.getAndSet(0);
        long ofLibraries = libraries.takeDenied();
        if (details + severe + ofLibraries > 0) {
            lastReport = System.nanoTime();
            String text = "Dropped " + details + " DEBUG and INFO lines, " + severe + " WARN and ERROR lines, "
                    + ofLibraries + " lines of libraries";
            format.write(batch, Instant.now(), Level.WARN, Component.SERVER.name(), text);
        }
    }
}
