package dev.meanwhile.server.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Lets libraries write a few lines a second (a gRPC server under a flood of resets would write megabytes), before
 * anything is built for the line. Tells when one of them has met an OutOfMemoryError: such a server may live on, deaf.
 */
final class LibraryLimit extends TurboFilter {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int linesPerSecond;
    private final LongSupplier nanoTime;
    private final Runnable outOfMemory;
    private final AtomicLong denied = new AtomicLong();
    private long windowStart;
    private int inWindow;

    LibraryLimit(int linesPerSecond, LongSupplier nanoTime, Runnable outOfMemory) {
        this.linesPerSecond = linesPerSecond;
        this.nanoTime = nanoTime;
        this.outOfMemory = outOfMemory;
        this.windowStart = nanoTime.getAsLong();
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] params,
            @Nullable Throwable thrown) {
        if (!Component.isLibrary(logger.getName())) {
            return FilterReply.NEUTRAL;
        }
        if (isOutOfMemory(thrown)) {
            outOfMemory.run();
        }
        // No text: only asked whether the level is on.
        if (format == null || !level.isGreaterOrEqual(logger.getEffectiveLevel()) || admit()) {
            return FilterReply.NEUTRAL;
        }
        denied.incrementAndGet();
        return FilterReply.DENY;
    }

    /** How many lines were left out since the last call. */
    long takeDenied() {
        return denied.getAndSet(0);
    }

    private synchronized boolean admit() {
        long now = nanoTime.getAsLong();
        if (now - windowStart >= WINDOW_NANOS) {
            windowStart = now;
            inWindow = 0;
        }
        return inWindow++ < linesPerSecond;
    }

    private static boolean isOutOfMemory(@Nullable Throwable thrown) {
        Throwable current = thrown;
        for (int depth = 0; current != null && depth < 8; depth++) {
            if (current instanceof OutOfMemoryError) {
                return true;
            }
            current = current.getCause();
        }
        return false;
    }
}
