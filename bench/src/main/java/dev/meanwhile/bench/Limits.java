package dev.meanwhile.bench;

import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The limit L1: servers that only answer, one for each of grpc-java's executors; the best of them counts. */
final class Limits implements AutoCloseable {
    private final Workload workload = new Workload();
    private final List<ServerProcess> servers = new ArrayList<>();
    private final Map<NoopServer.Kind, List<ManagedChannel>> channels = new EnumMap<>(NoopServer.Kind.class);

    /** @param response what a SubmitMessage was answered with */
    Limits(SubmitMessageResponse response, Path folder) throws IOException {
        for (NoopServer.Kind kind : NoopServer.Kind.values()) {
            ServerProcess server = ServerProcess.noop(
                    kind, HexFormat.of().formatHex(response.toByteArray()), folder.resolve("noop-" + kind + ".log"));
            servers.add(server);
            channels.put(kind, server.channels(Bench.LOAD_CHANNELS));
        }
    }

    void warmUp(Duration time) throws InterruptedException {
        perSecond(time);
        medianMicros(time.dividedBy(4));
    }

    /** Calls/s at 64 in flight. */
    double perSecond(Duration time) throws InterruptedException {
        double best = 0;
        for (List<ManagedChannel> to : channels.values()) {
            best = Math.max(
                    best, ClosedLoop.run(workload, to, Bench.IN_FLIGHT, time).perSecond());
        }
        return best;
    }

    /** Of one call at a time. */
    double medianMicros(Duration time) throws InterruptedException {
        double best = Double.MAX_VALUE;
        for (List<ManagedChannel> to : channels.values()) {
            best = Math.min(best, ClosedLoop.run(workload, to, 1, time).medianMicros());
        }
        return best;
    }

    @Override
    public void close() {
        servers.forEach(ServerProcess::close);
    }
}
