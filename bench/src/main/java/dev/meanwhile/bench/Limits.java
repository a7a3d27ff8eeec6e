package dev.meanwhile.bench;

import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** L1: servers that only answer, one for each of grpc-java's executors. L2: servers that write and answer. */
final class Limits implements AutoCloseable {
    private final Workload workload = new Workload();
    private final List<ServerProcess> servers = new ArrayList<>();
    private final Map<NoopServer.Kind, List<ManagedChannel>> channels = new EnumMap<>(NoopServer.Kind.class);
    private final Map<DurableServer.Kind, List<ManagedChannel>> durable = new EnumMap<>(DurableServer.Kind.class);

    /** @param response what a SubmitMessage was answered with */
    Limits(SubmitMessageResponse response, Path folder) throws IOException {
        String bytes = HexFormat.of().formatHex(response.toByteArray());
        for (NoopServer.Kind kind : NoopServer.Kind.values()) {
            channels.put(kind, keep(ServerProcess.noop(kind, bytes, folder.resolve("noop-" + kind + ".log"))));
        }
        for (DurableServer.Kind kind : DurableServer.Kind.values()) {
            Path data = Files.createDirectories(folder.resolve("durable-" + kind));
            durable.put(
                    kind,
                    keep(ServerProcess.durable(kind, bytes, data, data.resolveSibling(data.getFileName() + ".log"))));
        }
    }

    void warmUp(Duration time) throws InterruptedException {
        perSecond(time);
        durablePerSecond(time);
        medianMicros(time.dividedBy(4));
    }

    /** Calls/s at 64 in flight. */
    Map<NoopServer.Kind, Double> perSecond(Duration time) throws InterruptedException {
        return perSecond(channels, time);
    }

    /** The same of calls that are on disk when they are answered. */
    Map<DurableServer.Kind, Double> durablePerSecond(Duration time) throws InterruptedException {
        return perSecond(durable, time);
    }

    private <K> Map<K, Double> perSecond(Map<K, List<ManagedChannel>> servers, Duration time)
            throws InterruptedException {
        Map<K, Double> rates = new LinkedHashMap<>();
        for (Map.Entry<K, List<ManagedChannel>> to : servers.entrySet()) {
            rates.put(
                    to.getKey(),
                    ClosedLoop.run(workload, to.getValue(), Bench.IN_FLIGHT, time)
                            .perSecond());
        }
        return rates;
    }

    /** Of one call right after the other, on the best executor. */
    double medianMicros(Duration time) throws InterruptedException {
        double best = Double.MAX_VALUE;
        for (List<ManagedChannel> to : channels.values()) {
            best = Math.min(best, ClosedLoop.run(workload, to, 1, time).medianMicros());
        }
        return best;
    }

    /** Of one call now and then, on the executor that was best at 64 in flight and at 1: the event loop itself. */
    double medianMicros(int perSecond, Duration time) throws InterruptedException {
        SessionServiceBlockingStub stub = SessionServiceGrpc.newBlockingStub(
                Objects.requireNonNull(channels.get(NoopServer.Kind.DIRECT)).getFirst());
        return AtRate.medianMicros(perSecond, time, () -> stub.submitMessage(workload.next(0)));
    }

    private List<ManagedChannel> keep(ServerProcess server) {
        servers.add(server);
        return server.channels(Bench.LOAD_CHANNELS);
    }

    @Override
    public void close() {
        servers.forEach(ServerProcess::close);
    }
}
