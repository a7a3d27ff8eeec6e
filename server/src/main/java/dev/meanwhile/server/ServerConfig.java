package dev.meanwhile.server;

import dev.meanwhile.server.config.Address;
import dev.meanwhile.server.config.ConfigException;
import dev.meanwhile.server.config.ConfigReference;
import dev.meanwhile.server.config.ConfigTable;
import dev.meanwhile.server.config.ConfigValues;
import dev.meanwhile.server.config.LogConfig;
import dev.meanwhile.server.config.ModelConfig;
import dev.meanwhile.server.config.ModelReader;
import dev.meanwhile.server.config.ProviderConfig;
import dev.meanwhile.server.config.Setting;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.grpc.GrpcConfig;
import dev.meanwhile.server.queue.QueueConfig;
import dev.meanwhile.server.queue.RetryDelays;
import dev.meanwhile.server.store.StoreConfig;
import dev.meanwhile.server.telemetry.LogLevel;
import dev.meanwhile.server.telemetry.Logging;
import dev.meanwhile.server.worker.WorkerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that can be set, in the groups of those who use it. The only reader of flags and environment.
 *
 * @param http where metrics and health listen; empty = nowhere
 * @param drain how long running answers may go on after SIGTERM
 * @param models at least one, exactly one of them the default
 * @param warnings what was ignored but looks like a mistake
 */
public record ServerConfig(
        GrpcConfig grpc,
        Optional<Address> http,
        StoreConfig store,
        QueueConfig queue,
        WorkerConfig worker,
        Duration drain,
        ProviderConfig provider,
        List<ModelConfig> models,
        LogConfig log,
        List<String> warnings) {
    public ServerConfig {
        models = List.copyOf(models);
        warnings = List.copyOf(warnings);
        if (models.stream().filter(model -> model.info().isDefault()).count() != 1) {
            throw new IllegalArgumentException("exactly one model must be the default");
        }
    }

    /**
     * Reads all there is.
     *
     * @throws ConfigException whose message a person can act on
     */
    public static ServerConfig read(List<String> args, Map<String, String> environment) {
        ConfigValues values = ConfigValues.read(args, environment);
        List<ModelConfig> models = ModelReader.read(values);
        refuseWhatDoesNotFit(values);
        values.tellMistakes();
        return new ServerConfig(
                grpc(values),
                values.get(ConfigTable.HTTP),
                store(values),
                new QueueConfig(
                        values.get(ConfigTable.QUEUE_CAPACITY),
                        values.get(ConfigTable.WORKSPACE_CAPACITY),
                        values.get(ConfigTable.HIGH_PER_LOW)),
                new WorkerConfig(
                        values.get(ConfigTable.TOTAL_TIMEOUT),
                        values.get(ConfigTable.RETRY_FOR),
                        new RetryDelays(values.get(ConfigTable.RETRY_DELAY), values.get(ConfigTable.RETRY_DELAY_MAX))),
                values.get(ConfigTable.DRAIN),
                new ProviderConfig(
                        values.get(ConfigTable.CONNECT_TIMEOUT),
                        values.get(ConfigTable.FIRST_BYTE_TIMEOUT),
                        values.get(ConfigTable.IDLE_TIMEOUT),
                        values.get(ConfigTable.TOTAL_TIMEOUT)),
                models,
                log(values),
                values.warnings());
    }

    /** Whether the flags ask for {@link #help} instead of a server. */
    public static boolean asksForHelp(List<String> args) {
        return args.contains("--help") || args.contains("-h");
    }

    /** Every setting, for a terminal. */
    public static String help() {
        return ConfigReference.help();
    }

    /** What clients may know of the models. */
    public List<ModelInfo> modelInfos() {
        return models.stream().map(ModelConfig::info).toList();
    }

    private static GrpcConfig grpc(ConfigValues values) {
        return new GrpcConfig(
                values.get(ConfigTable.GRPC).toSocketAddress(),
                values.get(ConfigTable.REQUEST_BYTES),
                values.get(ConfigTable.METADATA_BYTES),
                values.get(ConfigTable.PARTIAL_REQUEST_BYTES),
                values.get(ConfigTable.CALLS_PER_CONNECTION),
                values.get(ConfigTable.RST_FRAMES),
                values.get(ConfigTable.KEEPALIVE),
                values.get(ConfigTable.KEEPALIVE_TIMEOUT),
                values.get(ConfigTable.CLIENT_PING),
                values.get(ConfigTable.CONNECTION_IDLE),
                values.get(ConfigTable.HANDSHAKE),
                values.get(ConfigTable.CALL_TIMEOUT),
                values.get(ConfigTable.HEARTBEAT));
    }

    private static void refuseWhatDoesNotFit(ConfigValues values) {
        if (values.get(ConfigTable.RETRY_DELAY_MAX).compareTo(values.get(ConfigTable.RETRY_DELAY)) < 0) {
            values.refuse(
                    ConfigTable.RETRY_DELAY_MAX,
                    "must be at least retry-delay (" + values.text(ConfigTable.RETRY_DELAY) + ")",
                    ConfigTable.RETRY_DELAY);
        }
        int queue = values.get(ConfigTable.WRITER_QUEUE);
        if (values.get(ConfigTable.WRITER_BATCH) > queue) {
            values.refuse(
                    ConfigTable.WRITER_BATCH, "must be at most writer-queue (" + queue + ")", ConfigTable.WRITER_QUEUE);
        }
        Address grpc = values.get(ConfigTable.GRPC);
        if (grpc.port() != 0
                && values.get(ConfigTable.HTTP).filter(grpc::equals).isPresent()) {
            values.refuse(
                    ConfigTable.HTTP,
                    "that is where gRPC listens (grpc); each needs a port of its own",
                    ConfigTable.GRPC);
        }
        if (!values.get(ConfigTable.INSECURE)) {
            refuseReachable(values, ConfigTable.GRPC, values.get(ConfigTable.GRPC));
            values.get(ConfigTable.HTTP).ifPresent(address -> refuseReachable(values, ConfigTable.HTTP, address));
        }
    }

    private static StoreConfig store(ConfigValues values) {
        int cores = Runtime.getRuntime().availableProcessors();
        int readers = values.find(ConfigTable.READERS).orElse(Math.max(2, cores));
        return new StoreConfig(
                dataFolder(values).toAbsolutePath().normalize(),
                values.get(ConfigTable.RESTORED),
                values.get(ConfigTable.WRITER_QUEUE),
                values.get(ConfigTable.WRITER_BATCH),
                readers,
                values.get(ConfigTable.CALL_TIMEOUT));
    }

    private static Path dataFolder(ConfigValues values) {
        return values.find(ConfigTable.DATA).orElseGet(() -> {
            // The XDG rules say to ignore a relative one.
            Optional<Path> xdg =
                    values.environment("XDG_DATA_HOME").map(Path::of).filter(Path::isAbsolute);
            return xdg.orElseGet(() -> home(values).resolve(".local").resolve("share"))
                    .resolve("meanwhile");
        });
    }

    private static Path home(ConfigValues values) {
        return Path.of(values.environment("HOME").orElseGet(() -> System.getProperty("user.home")));
    }

    private static LogConfig log(ConfigValues values) {
        Map<String, LogLevel> levels = new HashMap<>();
        for (String component : Logging.components()) {
            levels.put(
                    component,
                    values.find(ConfigTable.logLevelOf(component)).orElseGet(() -> values.get(ConfigTable.LOG_LEVEL)));
        }
        return new LogConfig(values.get(ConfigTable.LOG_FORMAT), levels);
    }

    private static void refuseReachable(ConfigValues values, Setting<?> setting, Address address) {
        if (!address.isLoopback()) {
            values.refuse(
                    setting,
                    "others could reach this address, and there is neither TLS nor authentication; use a loopback"
                            + " address such as 127.0.0.1, or say --insecure if a proxy in front of it has both",
                    ConfigTable.INSECURE);
        }
    }
}
