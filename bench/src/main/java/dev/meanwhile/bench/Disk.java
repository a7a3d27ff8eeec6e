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

    /** Median of write + fdatasync, one right after the other, in microseconds; the file grows, as a log does. */
    static double medianMicros(Path folder, Duration time) throws IOException {
        try (Writes writes = new Writes(folder)) {
            Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end || latencies.getTotalCount() < WRITES_AT_LEAST) {
                long start = System.nanoTime();
                writes.write();
                latencies.recordValue(System.nanoTime() - start);
            }
            return latencies.getValueAtPercentile(50) / 1e3;
        }
    }

    /** The same, now and then. */
    static double medianMicros(Path folder, int perSecond, Duration time) throws IOException, InterruptedException {
        try (Writes writes = new Writes(folder)) {
            return AtRate.medianMicros(perSecond, time, writes::write);
        }
    }

    private static final class Writes implements AutoCloseable {
        private final Path file;
        private final FileChannel channel;
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);

        Writes(Path folder) throws IOException {
            this.file = folder.resolve("bench-disk");
            this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        void write() throws IOException {
            bytes.clear();
            channel.write(bytes);
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.delete(file);
        }
    }
}
