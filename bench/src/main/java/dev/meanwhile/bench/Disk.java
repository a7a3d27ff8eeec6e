package dev.meanwhile.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The limit L3: how long 4 KiB take to the disk of the data folder. */
final class Disk {
    private static final int BYTES = 4 << 10;
    private static final int WRITES_AT_LEAST = 50;

    private Disk() {}

    /** Median of write + fdatasync, in microseconds; the file grows, as a log does. */
    static double medianMicros(Path folder, Duration time) throws IOException {
        Path file = folder.resolve("bench-disk");
        Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end || latencies.getTotalCount() < WRITES_AT_LEAST) {
                bytes.clear();
                long start = System.nanoTime();
                channel.write(bytes);
                channel.force(false);
                latencies.recordValue(System.nanoTime() - start);
            }
        } finally {
            Files.deleteIfExists(file);
        }
        return latencies.getValueAtPercentile(50) / 1e3;
    }
}
