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
 * written, a disk keeps what was synced, and of the rest anything or nothing. What was written and synced is told by
 * disk-trace.c, which the server runs with.
 *
 * <p>Files are taken to be made and removed at once.
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

    /** What is kept of the writes that were not synced. */
    private enum Kept {
        NOTHING,
        ANY_WRITES,
        ANY_SECTORS
    }

    /** Skips the test where the server can't be traced. */
    static PowerCut in(Path folder, Path data, Random random) throws IOException, InterruptedException {
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux");
        Path source = folder.resolve(SOURCE);
        Path library = folder.resolve("disk-trace.so");
        try (InputStream text = Objects.requireNonNull(PowerCut.class.getResourceAsStream(SOURCE))) {
            Files.copy(text, source);
        }
        runs(List.of(
                "cc", "-std=gnu11", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl"));
        runs(List.of("env", "LD_PRELOAD=" + library, "true"));
        return new PowerCut(data, library, random);
    }

    private static void runs(List<String> command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Assumptions.assumeTrue(process.waitFor() == 0 && words.isEmpty(), command + " must work here: " + words);
        } catch (IOException e) {
            Assumptions.abort("needs " + command.getFirst() + ": " + e.getMessage());
        }
    }

    /** A server starts on what the disk holds; returns the variables it needs. */
    Map<String, String> starts() throws IOException {
        disk = new TreeMap<>();
        for (Path file : databaseFiles()) {
            if (!file.toString().endsWith("-shm")) { // the index of the log is made anew by each start
                disk.put(file.getFileName().toString(), new Image(Files.readAllBytes(file)));
            }
        }
        Files.deleteIfExists(trace);
        return Map.of("LD_PRELOAD", library.toString(), "DISK_TRACE", trace.toString());
    }

    /** The server was killed. */
    void cut() throws IOException {
        if (Files.exists(trace)) { // else it was killed before its first write
            replay();
        }
        Kept kept = Kept.values()[random.nextInt(Kept.values().length)];
        long lost = 0;
        for (Image image : disk.values()) {
            lost += image.cut(kept, random);
        }
        cuts++;
        cutsWithLoss += lost > 0 ? 1 : 0;
        lostBytes += lost;
        for (Path file : databaseFiles()) {
            Files.delete(file);
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

    private List<Path> databaseFiles() throws IOException {
        if (!Files.exists(data)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(file -> file.getFileName().toString().startsWith("meanwhile.db"))
                    .toList();
        }
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
                    case 'T' -> image.unsynced.add(new Truncation((int) number));
                    case 'U' -> disk.remove(name);
                    case 'B' -> begun.put(number, image.changes());
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

    /** Of a file. */
    private sealed interface Change {}

    private record Write(int offset, byte[] bytes) implements Change {}

    private record Truncation(int length) implements Change {}

    /** What the disk holds of a file, and what was changed since. */
    private static final class Image {
        private final List<Change> unsynced = new ArrayList<>();
        private byte[] room;
        private int size;
        private int synced;

        Image(byte[] bytes) {
            this.room = bytes;
            this.size = bytes.length;
        }

        /** How many changes there were. */
        int changes() {
            return synced + unsynced.size();
        }

        /** Of all changes the first so many are on disk. */
        void sync(int changes) {
            int count = Math.max(0, changes - synced); // less than none if one that began later has ended before
            unsynced.subList(0, count).forEach(this::keep);
            unsynced.subList(0, count).clear();
            synced += count;
        }

        /** Power is cut; returns how many bytes are lost. */
        long cut(Kept kept, Random random) {
            long lost = 0;
            for (Change change : unsynced) {
                if (kept == Kept.ANY_SECTORS && change instanceof Write write) {
                    lost += keepAnySectors(write, random);
                } else if (kept != Kept.NOTHING && random.nextBoolean()) {
                    keep(change);
                } else if (change instanceof Write write) {
                    lost += write.bytes.length;
                }
            }
            unsynced.clear();
            return lost;
        }

        byte[] bytes() {
            return Arrays.copyOf(room, size);
        }

        private long keepAnySectors(Write write, Random random) {
            long lost = 0;
            int from = 0;
            while (from < write.bytes.length) {
                int length = Math.min(SECTOR - (write.offset + from) % SECTOR, write.bytes.length - from);
                if (random.nextBoolean()) {
                    put(write.offset + from, write.bytes, from, length);
                } else {
                    lost += length;
                }
                from += length;
            }
            return lost;
        }

        private void keep(Change change) {
            switch (change) {
                case Write write -> put(write.offset, write.bytes, 0, write.bytes.length);
                case Truncation truncation -> size = Math.min(size, truncation.length); // SQLite never makes one longer
            }
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
