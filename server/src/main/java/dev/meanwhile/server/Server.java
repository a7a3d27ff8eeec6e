package dev.meanwhile.server;

import dev.meanwhile.server.config.ModelConfig;
import dev.meanwhile.server.coordinator.Cancellation;
import dev.meanwhile.server.coordinator.Coordinator;
import dev.meanwhile.server.coordinator.Explainer;
import dev.meanwhile.server.coordinator.History;
import dev.meanwhile.server.coordinator.Models;
import dev.meanwhile.server.coordinator.Operations;
import dev.meanwhile.server.coordinator.Purger;
import dev.meanwhile.server.coordinator.Reading;
import dev.meanwhile.server.coordinator.SessionRegistry;
import dev.meanwhile.server.coordinator.WorkspaceWatches;
import dev.meanwhile.server.domain.Ids;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.grpc.GrpcServer;
import dev.meanwhile.server.grpc.UserApi;
import dev.meanwhile.server.http.OperatorHttp;
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.queue.Claims;
import dev.meanwhile.server.queue.MessageQueue;
import dev.meanwhile.server.queue.ModelHolds;
import dev.meanwhile.server.queue.RetryDelays;
import dev.meanwhile.server.queue.RunningLeases;
import dev.meanwhile.server.responses.LogStreams;
import dev.meanwhile.server.responses.ResponseLog;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.jdbc.JdbcStorage;
import dev.meanwhile.server.telemetry.GuideLog;
import dev.meanwhile.server.telemetry.Metrics;
import dev.meanwhile.server.telemetry.ServiceLog;
import dev.meanwhile.server.worker.RunnableModel;
import dev.meanwhile.server.worker.WorkerPool;
import dev.meanwhile.v1.ServerLimits;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** Builds the service from its configuration: the only place that constructs and wires. */
public final class Server {
    private static final Duration SHORTEST_DRAIN = Duration.ofSeconds(1);
    /** What answers, and then streams, get to end once they are told to. */
    private static final Duration SHORTEST_REST = Duration.ofMillis(250);

    private static final Duration LONGEST_REST = Duration.ofSeconds(2);

    /** Twice {@link #SHORTEST_REST}, and some 300 ms that the virtual machine takes to end. */
    private static final Duration LAST_STEPS = Duration.ofMillis(800);

    private final Metrics metrics = new Metrics();
    private final Storage storage;
    private final WorkerPool workers;
    private final Purger purger;
    private final LogStreams streams;
    private final WorkspaceWatches watches;
    private final GrpcServer grpc;
    private final Readiness readiness;
    private final Optional<OperatorHttp> http;
    private final Duration drain;
    private final ModelFactory factory;

    private Server(ServerConfig config, Clock clock, List<LanguageModel> given, Consumer<Throwable> fatal)
            throws IOException {
        this.drain = config.drain();
        this.factory = new ModelFactory(config.provider());
        Signals signals = new Signals();
        RetryDelays delays = config.worker().retryDelays();
        ModelHolds holds =
                new ModelHolds(delays, clock, () -> ThreadLocalRandom.current().nextDouble());
        Models models = new Models(config.modelInfos(), holds);
        List<RunnableModel> runnable = new ArrayList<>();
        for (int i = 0; i < config.models().size(); i++) {
            ModelConfig model = config.models().get(i);
            runnable.add(new RunnableModel(model.info(), given.isEmpty() ? factory.make(model) : given.get(i)));
        }
        this.storage = JdbcStorage.open(config.store(), clock, metrics, fatal);
        RunningLeases leases = new RunningLeases();
        MessageQueue queue = new MessageQueue(config.queue(), signals, leases, metrics, clock);
        Claims claims = new Claims(
                queue,
                leases,
                signals,
                config.queue(),
                holds,
                models.all().stream().map(ModelInfo::name).toList());
        this.workers = new WorkerPool(
                storage,
                queue,
                claims,
                leases,
                holds,
                new ResponseLog(storage, signals, metrics),
                runnable,
                config.worker(),
                clock);
        this.purger = new Purger(storage, signals);
        this.streams = new LogStreams(storage, signals, config.grpc().heartbeat(), metrics);
        this.watches = new WorkspaceWatches(storage, signals, config.grpc().heartbeat());
        Ids ids = new Ids();
        Cancellation cancellation = new Cancellation(storage, queue);
        UserApi api = new UserApi(
                new SessionRegistry(storage, queue, cancellation, signals, models, ids, new SecureRandom()),
                new Coordinator(storage, queue, cancellation, signals, ids, clock),
                cancellation,
                new History(storage),
                new Reading(storage, signals),
                streams,
                watches,
                new Explainer(storage, models),
                models);
        ServerLimits limits = ServerLimits.newBuilder()
                .setQueueCapacity(config.queue().capacity())
                .setWorkspaceCapacity(config.queue().workspaceCapacity())
                .setHighClaimsPerLow(config.queue().highPerLow())
                .build();
        Operations operations = new Operations(storage, queue, leases, models);
        metrics.lanes(operations::lanes);
        models.all().forEach(model -> metrics.held(model.name(), () -> models.hold(model.name()) != null));
        metrics.connectionBuffers(GrpcServer::bufferBytes);
        this.grpc = new GrpcServer(config.grpc(), api, operations, version(), limits);
        this.readiness = new Readiness(storage, grpc);
        this.http = Ports.http(config, metrics, readiness);
    }

    /**
     * Opens the store, takes back what an earlier run left, and serves.
     *
     * @param fatal called when the process must end at once
     * @throws IOException if the port can't be had
     */
    static Server start(ServerConfig config, Clock clock, Consumer<Throwable> fatal) throws IOException {
        return start(config, clock, List.of(), fatal);
    }

    /** With these models in place of the configured ones, in their order; empty = the configured ones. */
    static Server start(ServerConfig config, Clock clock, List<LanguageModel> models, Consumer<Throwable> fatal)
            throws IOException {
        Server server = new Server(config, clock, models, fatal);
        try {
            Ports.bind(server.grpc, config); // first, so that nothing runs if the port is taken
            server.http.ifPresent(OperatorHttp::start);
            GuideLog.coordinatorStarted();
            server.workers.start();
            server.purger.start();
            server.readiness.start();
            return server;
        } catch (RuntimeException e) {
            server.abandon(SHORTEST_REST);
            throw e;
        }
    }

    /**
     * Reads every session, so only once a SIGTERM finds what ends the server in order. Returns what the one who started
     * it should see too.
     */
    StartLines.Notes logStart(ServerConfig config) {
        return StartLines.log(config, version(), port(), httpPort(), storage);
    }

    int port() {
        return grpc.port();
    }

    /** Of the metrics; 0 = they are off. */
    int httpPort() {
        return http.map(OperatorHttp::port).orElse(0);
    }

    int running() {
        return workers.running();
    }

    /** How long running answers may go on once it stops. */
    Duration patience() {
        Duration patience = drain.minus(longer(drain.dividedBy(4), LAST_STEPS));
        return patience.isNegative() ? Duration.ZERO : patience;
    }

    /** Ends in order: refuses new calls, ends streams, finishes or hands back what runs. */
    void stop() throws InterruptedException {
        long end = System.nanoTime() + longer(drain, SHORTEST_DRAIN).toNanos();
        drain();
        // Clients that do not read may take half of what is left; the other half is for the store and the process.
        close(rest(Duration.ofNanos(end - System.nanoTime()).dividedBy(2)));
        ServiceLog.info("Stopped");
    }

    /** From now on new calls are refused, on ports that stay open; returns when nothing runs any more. */
    void drain() throws InterruptedException {
        Duration patience = patience();
        ServiceLog.stopping(workers.running(), patience);
        readiness.close();
        grpc.drain();
        streams.drain();
        watches.drain();
        workers.drain(patience, rest(drain.minus(patience).dividedBy(3)));
    }

    /** Ends, once clients have read what they were sent: most of that time is for them, the rest for connections. */
    void close(Duration rest) throws InterruptedException {
        Duration forConnections = rest.dividedBy(4);
        grpc.awaitCalls(rest.minus(forConnections));
        abandon(forConnections);
    }

    private static Duration rest(Duration left) {
        return longer(SHORTEST_REST, left.compareTo(LONGEST_REST) < 0 ? left : LONGEST_REST);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** The ports last: as long as the process lives it says so, and refuses in words. */
    private void abandon(Duration rest) {
        readiness.close();
        factory.close();
        metrics.lanes(List::of); // they would be asked of a closed store
        storage.close();
        try {
            grpc.close(rest);
            purger.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        streams.close(); // behind the port: until then a call may open one, which is refused by the store
        watches.close();
        http.ifPresent(OperatorHttp::close);
    }

    private static String version() {
        String version = Server.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
