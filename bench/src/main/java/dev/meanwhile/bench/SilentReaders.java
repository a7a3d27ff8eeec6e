package dev.meanwhile.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What clients can do to a server of 512 MiB without reading or finishing: 10,000 follow streams that take nothing,
 * streams that are cancelled by the hundred, calls that never bring their request.
 */
final class SilentReaders {
    private static final int STREAMS = Followers.CONNECTIONS * Followers.A_CONNECTION;
    private static final int UNFINISHED = 1_000;

    /** Of the 320 KiB that a request may have. */
    private static final int HALF_BODY = 160_000;

    private static final Duration PACE = Duration.ofSeconds(20);

    private final Options options;
    private final Path folder;
    private final Workload workload = new Workload();
    private final Figure lost = Figure.within(0, "streams lost of 10,000", "");
    private final Figure rss = Figure.within(700, "RSS with readers", "MiB");
    private final Figure peak = Figure.within(700, "RSS peak with readers", "MiB");
    private final Figure p99 = Figure.atMost(3, "submit p99 with readers", "ms", "p99 without");
    private final Figure median = Figure.plain("submit p50 with readers", "ms");
    private final Figure medianWithout = Figure.plain("submit p50 without", "ms");
    private final Figure longest = Figure.plain("submit max with readers", "ms");
    private final Figure longestWithout = Figure.plain("submit max without", "ms");
    private final Figure heap = Figure.plain("heap with readers", "MiB");
    private final Figure buffers = Figure.plain("buffers with readers", "MiB");
    private final Figure before = Figure.plain("RSS before readers", "MiB");
    private final Figure after = Figure.plain("RSS after readers", "MiB");
    private final Figure buffersAfter = Figure.plain("buffers after readers", "MiB");
    private final Figure reading = Figure.plain("reading all of it", "MiB/s");
    private final Figure readingPeak = Figure.plain("RSS peak when all read", "MiB");
    private final Figure cut = Figure.within(0, "cut by 1,000 cancels", "");
    private final Figure cancelTime = Figure.within(10, "time of 1,000 cancels", "s");
    private final Figure bodiless = Figure.within(0, "1,000 bodiless, unanswered", "");
    private final Figure bodilessTime = Figure.within(31, "slowest answer to bodiless", "s");
    private final Figure half = Figure.within(0, "1,000 halves, unanswered", "");
    private final Figure halfTime = Figure.within(31, "slowest answer to halves", "s");
    private final Figure halfBuffers = Figure.within(192, "buffers with halves", "MiB");
    private final Figure buffersEnd = Figure.plain("buffers at the end", "MiB");
    private final Figure end = Figure.plain("RSS at the end", "MiB");
    private final Figure endPeak = Figure.plain("RSS peak of all", "MiB");

    SilentReaders(Options options) {
        this.options = options;
        this.folder = options.home().resolve("bench/target/run-readers");
    }

    List<Figure> run() throws IOException, InterruptedException {
        Bench.delete(folder);
        Path data = Files.createDirectories(folder.resolve("data"));
        List<String> flags = List.of(
                "--http=127.0.0.1:0",
                "--default-model=small",
                "--model.small.adapter=simulated",
                "--model.small.latency=0s",
                "--model.small.chunk-delay=0s",
                "--model.small.chunk-bytes=20",
                "--model.big.adapter=simulated",
                "--model.big.latency=0s",
                "--model.big.chunk-delay=0s",
                "--model.big.chunk-bytes=1KiB",
                "--model.big.chunks=" + BigLogs.CHUNKS);
        try (ServerProcess server = ServerProcess.meanwhile(
                options.home(), data, folder.resolve("server.log"), List.of("-Xmx512m"), flags)) {
            run(server);
        }
        Bench.delete(data);
        return List.of(
                lost,
                rss,
                peak,
                p99,
                median,
                medianWithout,
                longest,
                longestWithout,
                heap,
                buffers,
                before,
                after,
                buffersAfter,
                reading,
                readingPeak,
                cut,
                cancelTime,
                bodiless,
                bodilessTime,
                half,
                halfTime,
                halfBuffers,
                buffersEnd,
                end,
                endPeak);
    }

    private void run(ServerProcess server) throws IOException, InterruptedException {
        Metrics metrics = new Metrics(server.metrics());
        Workload.createSessions(server.channel());
        BigLogs logs = BigLogs.make(server.channel());
        Pace.run(server, workload, PACE); // warm-up, of both sides
        before.add(server.mebibytes("VmRSS"));
        int rounds = options.quick() ? 1 : 3;
        for (int round = 1; round <= rounds; round++) {
            tell("round " + round + " of " + rounds);
            Pace.Latency without = Pace.run(server, workload, PACE);
            Followers followers = Followers.open(server, metrics, logs);
            Pace.Latency with = Pace.run(server, workload, PACE);
            p99.add(with.p99(), without.p99());
            median.add(with.median());
            medianWithout.add(without.median());
            longest.add(with.max());
            longestWithout.add(without.max());
            rss.add(server.mebibytes("VmRSS"));
            peak.add(server.mebibytes("VmHWM"));
            heap.add(metrics.heapMebibytes());
            buffers.add(metrics.bufferMebibytes());
            if (round == rounds) {
                logs.grow();
                read(server, followers, logs);
            }
            Map<String, Integer> failures = followers.failures();
            if (!failures.isEmpty()) {
                tell("lost: " + failures);
            }
            lost.add(failures.values().stream().mapToInt(Integer::intValue).sum());
            followers.close(server, metrics);
            after.add(server.mebibytes("VmRSS"));
            buffersAfter.add(metrics.bufferMebibytes());
        }
        tell("1,000 cancelled streams");
        Resets.Result resets = Resets.run(server, workload);
        cut.add(resets.cut());
        cancelTime.add(resets.seconds());
        unfinished(server, metrics, 0, bodiless, bodilessTime);
        for (int round = 1; round <= rounds; round++) {
            halfBuffers.add(unfinished(server, metrics, HALF_BODY, half, halfTime));
        }
        buffersEnd.add(metrics.bufferMebibytes());
        end.add(server.mebibytes("VmRSS"));
        endPeak.add(server.mebibytes("VmHWM"));
    }

    /** The first proof that no stream was lost is that each of them reads its whole log, and what came since. */
    private void read(ServerProcess server, Followers followers, BigLogs logs)
            throws IOException, InterruptedException {
        int connections = options.quick() ? 4 : Followers.CONNECTIONS;
        tell(connections * Followers.A_CONNECTION + " streams read");
        long start = System.nanoTime();
        long bytes = followers.read(connections, logs.lastSequence());
        reading.add(bytes / (double) (1 << 20) / ((System.nanoTime() - start) / 1e9));
        readingPeak.add(server.mebibytes("VmHWM"));
        long wanted = (long) connections * Followers.A_CONNECTION * BigLogs.BYTES;
        if (bytes != wanted) {
            tell("read " + bytes + " of " + wanted + " bytes");
        }
    }

    private double unfinished(ServerProcess server, Metrics metrics, int bytes, Figure unanswered, Figure time)
            throws IOException, InterruptedException {
        tell("1,000 calls with " + bytes + " bytes of a body");
        UnfinishedCalls.Result result = UnfinishedCalls.run(server, metrics, UNFINISHED, bytes);
        tell(result.toString());
        unanswered.add(UNFINISHED - result.timedOut());
        time.add(result.slowestSeconds());
        return result.bufferMebibytes();
    }

    private static void tell(String line) {
        System.err.println("bench: " + line);
    }
}
