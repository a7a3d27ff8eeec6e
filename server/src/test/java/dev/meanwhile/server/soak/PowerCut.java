package dev.meanwhile.server.soak;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Takes from a killed server's data folder what a disk may not hold whose power is cut: the kernel keeps what was
 * written, a disk keeps only what was synced, and of the rest any sectors or none. What was written and synced is told
 * by disk-trace.c, which the server runs with.
 *
 * <p>Removed and cut files are taken to be so at once.
 */
final class PowerCut {
    private static final int SECTOR = 512;
    private static final String SOURCE = "disk-trace.c";
    private final Path data;
    private final Path library;
    private final Path trace;
    private final Random random;
    private Map<String, Image> disk = Map.of();
    private int cuts;
    private int cutsWithLoss;
    private long lostBytes;

    private PowerCut(Path data, Path library, Random random) {
        this.data = data;
        this.library = library;
        this.trace = library.resolveSibling("disk-trace");
        this.random = random;
    }

    /** Skips the test where there is no Linux or no C compiler. */
    static PowerCut in(Path folder, Path data, Random random) throws IOException, InterruptedException {
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux's LD_PRELOAD");
        Path source = folder.resolve(SOURCE);
        Path library = folder.resolve("disk-trace.so");
        try (InputStream text = Objects.requireNonNull(PowerCut.class.getResourceAsStream(SOURCE))) {
            Files.copy(text, source);
        }
        try {
            Process compiler = new ProcessBuilder(
                            "cc",
                            "-std=gnu11",
                            "-O2",
                            "-shared",
                            "-fPIC",
                            "-o",
                            library.toString(),
                            source.toString(),
                            "-ldl")
                    .inheritIO()
                    .start();
            if (compiler.waitFor() != 0) {
                throw new AssertionError(SOURCE + " does not compile");
            }
        } catch (IOException e) {
            Assumptions.abort("needs a C compiler: " + e.getMessage());
        }
        return new PowerCut(data, library, random);
    }

    /** A server starts on what the disk holds; returns the variables it needs. */
    Map<String, String> starts() throws IOException {
        disk = new TreeMap<>();
        if (Files.exists(data)) {
            try (Stream<Path> files = Files.list(data)) {
                for (Path file : files.filter(PowerCut::lasts).toList()) {
                    disk.put(file.getFileName().toString(), new Image(Files.readAllBytes(file)));
                }
            }
        }
        Files.deleteIfExists(trace);
        return Map.of("LD_PRELOAD", library.toString(), "DISK_TRACE", trace.toString());
    }

    /** The server was killed. */
    void cut() throws IOException {
        replay();
        boolean anyKept = random.nextInt(3) > 0;
        long lost = 0;
        for (Image image : disk.values()) {
            lost += image.cut(anyKept, random);
        }
        cuts++;
        cutsWithLoss += lost > 0 ? 1 : 0;
        lostBytes += lost;
        try (Stream<Path> files = Files.list(data)) {
            for (Path file : files.filter(file -> file.getFileName().toString().startsWith("meanwhile.db"))
                    .toList()) {
                Files.delete(file);
            }
        }
        for (Map.Entry<String, Image> file : disk.entrySet()) {
            Files.write(data.resolve(file.getKey()), file.getValue().bytes());
        }
    }

    int cutsWithLoss() {
        return cutsWithLoss;
    }

    String text() {
        return "power was cut %d times, %d of them with writes that were not synced; %d KiB of these were lost"
                .formatted(cuts, cutsWithLoss, lostBytes >> 10);
    }

    /** The index of the log is made anew by each start. */
    private static boolean lasts(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith("meanwhile.db") && !name.endsWith("-shm");
    }

    private void replay() throws IOException {
        Map<Long, Integer> begun = new HashMap<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(trace)))) {
            while (true) {
                ByteBuffer head = ByteBuffer.wrap(in.readNBytes(14)).order(ByteOrder.nativeOrder());
                if (head.remaining() < 14) {
                    return;
                }
                char operation = (char) head.get();
                String name = new String(read(in, Byte.toUnsignedInt(head.get())), StandardCharsets.UTF_8);
                long number = head.getLong();
                byte[] bytes = read(in, head.getInt());
                Image image = disk.computeIfAbsent(name, made -> new Image(new byte[0]));
                switch (operation) {
                    case 'W' -> image.unsynced.add(new Write((int) number, bytes));
                    case 'T' -> image.truncate((int) number);
                    case 'U' -> disk.remove(name);
                    case 'B' -> begun.put(number, image.written());
                    case 'E' -> image.sync(Objects.requireNonNull(begun.remove(number)));
                    default -> throw new AssertionError("no such operation: " + operation);
                }
            }
        } catch (EOFException e) {
            // the kill came in the middle of the last record
        }
    }

    private static byte[] read(DataInputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private record Write(int offset, byte[] bytes) {}

    /** What the disk holds of a file, and what was written since. */
    private static final class Image {
        private final List<Write> unsynced = new ArrayList<>();
        private byte[] room;
        private int size;
        private int synced;

        Image(byte[] bytes) {
            this.room = bytes;
            this.size = bytes.length;
        }

        /** How many writes there were. */
        int written() {
            return synced + unsynced.size();
        }

        /** Of all writes the first so many are on disk. */
        void sync(int writes) {
            int count = Math.max(0, writes - synced); // less than none if one that began later has ended before
            unsynced.subList(0, count).forEach(write -> put(write.offset, write.bytes, 0, write.bytes.length));
            unsynced.subList(0, count).clear();
            synced += count;
        }

        void truncate(int length) {
            sync(written()); // only a start cuts files, and nothing that it wrote was promised to anybody
            size = length;
        }

        /** Power is cut: the writes are lost, or any sectors of them are kept; returns how many bytes are lost. */
        long cut(boolean anyKept, Random random) {
            long lost = 0;
            for (Write write : unsynced) {
                for (int from = 0; from < write.bytes.length; from += SECTOR) {
                    int length = Math.min(SECTOR, write.bytes.length - from);
                    if (anyKept && random.nextBoolean()) {
                        put(write.offset + from, write.bytes, from, length);
                    } else {
                        lost += length;
                    }
                }
            }
            unsynced.clear();
            return lost;
        }

        byte[] bytes() {
            return Arrays.copyOf(room, size);
        }

        private void put(int offset, byte[] bytes, int from, int length) {
            int end = offset + length;
            if (end > room.length) {
                room = Arrays.copyOf(room, Math.max(end, 2 * room.length));
            }
            if (offset > size) {
                Arrays.fill(room, size, offset, (byte) 0); // left by what was cut
            }
            System.arraycopy(bytes, from, room, offset, length);
            size = Math.max(size, end);
        }
    }
}
