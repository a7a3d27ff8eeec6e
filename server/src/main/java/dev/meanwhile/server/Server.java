package dev.meanwhile.server;

import dev.meanwhile.server.config.ModelConfig;
import dev.meanwhile.server.config.ProviderConfig;
import dev.meanwhile.server.config.Secret;
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
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.llm.langchain.ApiKey;
import dev.meanwhile.server.llm.langchain.OpenAiConfig;
import dev.meanwhile.server.llm.langchain.OpenAiModel;
import dev.meanwhile.server.llm.simulated.SimulatedConfig;
import dev.meanwhile.server.llm.simulated.SimulatedModel;
import dev.meanwhile.server.queue.Claims;
import dev.meanwhile.server.queue.MessageQueue;
import dev.meanwhile.server.queue.RunningLeases;
import dev.meanwhile.server.responses.LogStreams;
import dev.meanwhile.server.store.Signals;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.jdbc.JdbcStorage;
import dev.meanwhile.server.telemetry.GuideLog;
import dev.meanwhile.server.worker.RunnableModel;
import dev.meanwhile.server.worker.WorkerPool;
import dev.meanwhile.v1.ServerLimits;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/** Builds the service from its configuration: the only place that constructs and wires. */
public final class Server {
    private final Storage storage;
    private final WorkerPool workers;
    private final Purger purger;
    private final LogStreams streams;
    private final WorkspaceWatches watches;
    private final GrpcServer grpc;
    private final Duration drain;
    private final ScheduledExecutorService modelTimer = Executors.newScheduledThreadPool(
            1, Thread.ofPlatform().daemon().name("model-timer").factory());

    private Server(ServerConfig config, Clock clock, List<LanguageModel> given, Consumer<Throwable> fatal) {
        this.drain = config.drain();
        Signals signals = new Signals();
        Models models = new Models(config.modelInfos());
        List<RunnableModel> runnable = new ArrayList<>();
        for (int i = 0; i < config.models().size(); i++) {
            ModelConfig model = config.models().get(i);
            runnable.add(new RunnableModel(
                    model.info(), given.isEmpty() ? language(model, config.provider()) : given.get(i)));
        }
        this.storage = JdbcStorage.open(config.store(), clock, fatal);
        RunningLeases leases = new RunningLeases();
        MessageQueue queue = new MessageQueue(config.queue(), signals, leases, clock);
        Claims claims = new Claims(
                queue,
                leases,
                signals,
                config.queue(),
                models.all().stream().map(ModelInfo::name).toList());
        this.workers = new WorkerPool(storage, queue, claims, leases, signals, runnable, config.worker(), clock);
        this.purger = new Purger(storage, signals);
        this.streams = new LogStreams(storage, signals, config.grpc().heartbeat());
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
                new Explainer(storage),
                models);
        ServerLimits limits = ServerLimits.newBuilder()
                .setQueueCapacity(config.queue().capacity())
                .setWorkspaceCapacity(config.queue().workspaceCapacity())
                .setHighClaimsPerLow(config.queue().highPerLow())
                .build();
        this.grpc = new GrpcServer(
                config.grpc(), api, new Operations(storage, queue, leases, signals, models), version(), limits);
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
            GuideLog.coordinatorStarted();
            server.workers.start();
            server.purger.start();
            server.grpc.start();
            return server;
        } catch (IOException | RuntimeException e) {
            server.abandon();
            throw e;
        }
    }

    int port() {
        return grpc.port();
    }

    /** Ends in order: refuses new calls, ends streams, finishes or hands back what runs. */
    void stop() throws InterruptedException {
        grpc.drain();
        streams.drain();
        watches.drain();
        workers.drain(drain.minus(drain.dividedBy(4)));
        abandon();
    }

    private void abandon() {
        try {
            grpc.close();
            purger.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        streams.close();
        watches.close();
        modelTimer.shutdownNow();
        storage.close();
    }

    private LanguageModel language(ModelConfig model, ProviderConfig provider) {
        return switch (model.adapter()) {
            case ModelConfig.Simulated simulated ->
                new SimulatedModel(
                        new SimulatedConfig(
                                simulated.chunks(),
                                simulated.latency(),
                                simulated.chunkDelay(),
                                simulated.chunkBytes()),
                        modelTimer);
            case ModelConfig.OpenAi openAi ->
                OpenAiModel.create(new OpenAiConfig(
                        openAi.url(),
                        openAi.key().map(Server::key).orElse(null),
                        openAi.providerName(),
                        openAi.maxTokens().isPresent() ? openAi.maxTokens().getAsInt() : null,
                        openAi.temperature().isPresent() ? openAi.temperature().getAsDouble() : null,
                        provider.connect(),
                        provider.total()));
        };
    }

    private static ApiKey key(Secret secret) {
        return ApiKey.fromEnvironment("key", name -> secret.reveal());
    }

    private static String version() {
        String version = Server.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
