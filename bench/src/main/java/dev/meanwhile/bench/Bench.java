package dev.meanwhile.bench;

import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.PauseWorkersRequest;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Runs every figure and its limits by turns, each run on a store of its own. */
final class Bench {
    static final int IN_FLIGHT = 64;
    static final int LOAD_CHANNELS = 2;
    private static final int FIRST_CHUNKS_PER_SECOND = 50;

    private static final Duration LEAST_WARMUP = Duration.ofSeconds(2);

    private final Options options;
    private final Path folder;
    private final Figure submit = Figure.atLeast(0.40, "submit", "1/s", "L1 at 64 in flight");
    private final Figure endToEnd = Figure.atLeast(0.12, "end to end", "1/s", "L1 at 64 in flight");
    private final Figure firstChunk = Figure.atMost(4, "first chunk", "us", "L1 at 1 in flight + L3");
    private final Figure submitDurable = Figure.beside("submit, next to bare SQLite", "1/s", "L2 in SQLite");
    private final Figure firstChunkPaced =
            Figure.atMost(4, "first chunk, same pace", "us", "L1 + L3, each 50 times a second too");
    private final Figure appends = Figure.plain("stream messages a message", "");
    private final Map<NoopServer.Kind, Figure> busy = new EnumMap<>(Map.of(
            NoopServer.Kind.DEFAULT, Figure.plain("L1 at 64, default executor", "1/s"),
            NoopServer.Kind.DIRECT, Figure.plain("L1 at 64, event loop", "1/s"),
            NoopServer.Kind.VIRTUAL, Figure.plain("L1 at 64, virtual threads", "1/s")));
    private final Map<DurableServer.Kind, Figure> durable = new EnumMap<>(Map.of(
            DurableServer.Kind.JOURNAL, Figure.beside("L2 at 64, in a journal", "1/s", "L1 at 64 in flight"),
            DurableServer.Kind.SQLITE, Figure.beside("L2 at 64, in SQLite", "1/s", "L1 at 64 in flight")));
    private final Figure alone = Figure.plain("L1 at 1 in flight", "us");
    private final Figure alonePaced = Figure.plain("L1 at 50/s", "us");
    private final Figure disk = Figure.plain("L3 4 KiB to disk", "us");
    private final Figure diskPaced = Figure.plain("L3 at 50/s", "us");
    private final Figure warmups = Figure.plain("server's warm-up", "s");
    private final Figure submitLoad = Figure.plain("load's CPU in submit", "%");
    private final Figure endToEndLoad = Figure.plain("load's CPU in end to end", "%");

    private long besideWarmup;

    Bench(Options options) {
        this.options = options;
        this.folder = options.home().resolve("bench/target/run");
    }

    List<Figure> run() throws IOException, InterruptedException {
        long end = System.nanoTime() + options.budget().toNanos();
        delete(folder);
        Files.createDirectories(folder);
        try (Limits limits = new Limits(anyResponse(), folder)) {
            limits.warmUp(options.limitWarmup());
            for (int run = 1; run <= options.runs(); run++) {
                System.err.println("bench: run " + run + " of " + options.runs());
                long start = System.nanoTime();
                Duration warmup = warmup((end - start) / (options.runs() - run + 1));
                run(limits, folder.resolve("run-" + run), warmup);
                besideWarmup = System.nanoTime() - start - warmup.toNanos();
            }
        }
        List<Figure> figures =
                new ArrayList<>(List.of(submit, submitDurable, endToEnd, firstChunk, firstChunkPaced, appends));
        figures.addAll(busy.values());
        figures.addAll(durable.values());
        figures.addAll(List.of(alone, alonePaced, disk, diskPaced, warmups, submitLoad, endToEndLoad));
        return figures;
    }

    /** What is left of a run's share of the budget, as far as it is of use. */
    private Duration warmup(long shareNanos) {
        Duration left = Duration.ofNanos(shareNanos - besideWarmup);
        return left.compareTo(LEAST_WARMUP) < 0
                ? LEAST_WARMUP
                : left.compareTo(options.serverWarmup()) > 0 ? options.serverWarmup() : left;
    }

    private void run(Limits limits, Path runFolder, Duration warmup) throws IOException, InterruptedException {
        Path data = Files.createDirectories(runFolder.resolve("data"));
        try (ServerProcess server = ServerProcess.meanwhile(options.home(), data, runFolder.resolve("server.log"))) {
            Workload workload = new Workload();
            List<ManagedChannel> channels = server.channels(LOAD_CHANNELS);
            Workload.createSessions(channels.getFirst());
            Conversations conversations = Conversations.open(workload, server);
            conversations.run(warmup);
            warmups.add(warmup.toMillis() / 1e3);

            Share share = new Share(server);
            Conversations.Rate rate = conversations.run(options.endToEnd());
            endToEndLoad.add(share.ofLoad());
            endToEnd.add(rate.perSecond(), calls(limits));
            appends.add(rate.appends());

            double first = conversations.firstText(FIRST_CHUNKS_PER_SECOND, options.firstChunk());
            double call = limits.medianMicros(options.limit());
            double write = Disk.medianMicros(runFolder, options.limit());
            alone.add(call);
            disk.add(write);
            firstChunk.add(first, call + write);
            double pacedCall = limits.medianMicros(
                    FIRST_CHUNKS_PER_SECOND, options.firstChunk().dividedBy(2));
            double pacedWrite = Disk.medianMicros(
                    runFolder, FIRST_CHUNKS_PER_SECOND, options.firstChunk().dividedBy(2));
            alonePaced.add(pacedCall);
            diskPaced.add(pacedWrite);
            firstChunkPaced.add(first, pacedCall + pacedWrite);

            OperatorServiceGrpc.newBlockingStub(channels.getFirst())
                    .pauseWorkers(PauseWorkersRequest.getDefaultInstance());
            ClosedLoop.run(workload, channels, IN_FLIGHT, options.submit().dividedBy(2));
            share = new Share(server);
            double submits = ClosedLoop.run(workload, channels, IN_FLIGHT, options.submit())
                    .perSecond();
            submitLoad.add(share.ofLoad());
            double calls = calls(limits);
            submit.add(submits, calls);
            limits.durablePerSecond(options.limit())
                    .forEach((kind, perSecond) -> figure(durable, kind).add(perSecond, calls));
            submitDurable.add(
                    submits, figure(durable, DurableServer.Kind.SQLITE).last());
        }
        delete(data);
    }

    /** L1: of the best executor. */
    private double calls(Limits limits) throws InterruptedException {
        Map<NoopServer.Kind, Double> rates = limits.perSecond(options.limit());
        rates.forEach((kind, perSecond) -> figure(busy, kind).add(perSecond));
        return Collections.max(rates.values());
    }

    private static <K> Figure figure(Map<K, Figure> figures, K kind) {
        return Objects.requireNonNull(figures.get(kind));
    }

    /** How the CPU time since its making splits between the server and us. */
    private record Share(ServerProcess server, Duration servers, Duration ours) {
        Share(ServerProcess server) {
            this(server, server.cpu(), own());
        }

        double ofLoad() {
            double load = own().minus(ours).toNanos();
            return 100 * load / (load + server.cpu().minus(servers).toNanos());
        }

        private static Duration own() {
            return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        }
    }

    /** For its size, which the limit's responses have too. */
    private SubmitMessageResponse anyResponse() throws IOException, InterruptedException {
        Path data = Files.createDirectories(folder.resolve("first"));
        try (ServerProcess server = ServerProcess.meanwhile(options.home(), data, folder.resolve("first.log"))) {
            ManagedChannel channel = server.channel();
            Workload.createSessions(channel);
            return SessionServiceGrpc.newBlockingStub(channel).submitMessage(new Workload().next(0));
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
