package dev.meanwhile.server.config;

import static dev.meanwhile.server.config.Setting.computed;
import static dev.meanwhile.server.config.Setting.fixed;

import dev.meanwhile.server.telemetry.LogFormat;
import dev.meanwhile.server.telemetry.LogLevel;
import dev.meanwhile.server.telemetry.Logging;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every setting there is. Parsing, the help and the reference are made from this table. */
public final class ConfigTable {
    /** A heading and the settings under it. */
    record Section(String title, List<Setting<?>> settings) {}

    private static final Kind<Duration> TIMEOUT = Kind.duration("1ms", "24h");
    static final String MODEL_NAME = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}";
    static final String MODEL_NAME_WORDS =
            "a name of at most 64 letters, digits, '.', '_', ':' and '-' that begins with a letter or digit";

    // Where
    public static final Setting<Path> CONFIG = computed(
            "config",
            Kind.path("FILE"),
            "none",
            "A Java properties file (UTF-8) with these keys. Not in the file itself.");
    public static final Setting<Path> DATA = computed(
            "data",
            Kind.path("DIR"),
            "$XDG_DATA_HOME/meanwhile, else ~/.local/share/meanwhile",
            "Folder of the database; made if missing.");
    public static final Setting<Boolean> RESTORED = fixed(
            "restored",
            Kind.flag(),
            "false",
            "Say it at the first start after a backup was put back: every log gets a new epoch, so that clients drop"
                    + " what they hold of a history that is gone.");
    public static final Setting<Address> GRPC = fixed("grpc", Kind.address(), "127.0.0.1:7420", "Where gRPC listens.");
    public static final Setting<Optional<Address>> HTTP =
            fixed("http", Kind.addressOrOff(), "127.0.0.1:7421", "Where metrics and health listen.");
    public static final Setting<Boolean> INSECURE = fixed(
            "insecure",
            Kind.flag(),
            "false",
            "Allows addresses others can reach. There is no TLS and no authentication: whoever reaches them reads"
                    + " every chat.");

    // Queue
    public static final Setting<Integer> QUEUE_CAPACITY =
            fixed("queue-capacity", Kind.whole(1, 10_000_000), "100000", "Queued and running messages in all.");
    public static final Setting<Integer> WORKSPACE_CAPACITY = fixed(
            "workspace-capacity", Kind.whole(1, 10_000_000), "20000", "Queued and running messages of a workspace.");
    public static final Setting<Integer> HIGH_PER_LOW = fixed(
            "high-per-low", Kind.whole(1, 1_000), "10", "While LOW waits, one claim after this many HIGH ones is LOW.");

    // Workers and models
    public static final Setting<Integer> WORKERS =
            fixed("workers", Kind.whole(1, 1_024), "8", "Answers that run at a time, for models that don't say.");
    public static final Setting<Integer> RESERVED = computed(
            "reserved-for-active",
            Kind.whole(0, 1_023),
            "min(2, workers - 1)",
            "How many of them LOW messages never take; less than workers.");
    public static final Setting<String> DEFAULT_MODEL = computed(
            "default-model",
            Kind.text("NAME", MODEL_NAME, MODEL_NAME_WORDS),
            "the only model",
            "Model of sessions that name none. Needed with several models.");
    public static final Setting<Duration> CONNECT_TIMEOUT =
            fixed("connect-timeout", TIMEOUT, "5s", "Until a provider's connection stands.");
    public static final Setting<Duration> FIRST_BYTE_TIMEOUT = fixed(
            "first-byte-timeout", TIMEOUT, "60s", "Until a provider's header, and from there until its first byte.");
    public static final Setting<Duration> IDLE_TIMEOUT =
            fixed("idle-timeout", TIMEOUT, "60s", "Silence in the middle of an answer.");
    public static final Setting<Duration> TOTAL_TIMEOUT = fixed("total-timeout", TIMEOUT, "10m", "One whole attempt.");
    public static final Setting<Duration> RETRY_FOR = fixed(
            "retry-for",
            Kind.duration("0", "168h"),
            "15m",
            "While a provider is out, a message is tried again for this long, counted from its first attempt, and"
                    + " once more then, or when its model's wait is over.");
    public static final Setting<Duration> RETRY_DELAY = fixed(
            "retry-delay",
            Kind.duration("1ms", "1h"),
            "1s",
            "Wait after a failed attempt, and of a model whose provider is out; four times as long after each"
                    + " further failure in a row.");
    public static final Setting<Duration> RETRY_DELAY_MAX =
            fixed("retry-delay-max", Kind.duration("1ms", "24h"), "60s", "Longest such wait, at least retry-delay.");
    public static final Setting<Duration> DRAIN = fixed(
            "drain",
            Kind.duration("0", "10m"),
            "20s",
            "After SIGTERM the server ends within this time, or 1 s if it is less; running answers may take three"
                    + " quarters of it, and all but 0.8 s of it at most.");

    // Store
    public static final Setting<Integer> WRITER_QUEUE =
            fixed("writer-queue", Kind.whole(1, 1_000_000), "4096", "Commands that may wait for the writer.");
    public static final Setting<Integer> WRITER_BATCH =
            fixed("writer-batch", Kind.whole(1, 10_000), "256", "Commands in one commit; at most writer-queue.");
    public static final Setting<Integer> READERS =
            computed("readers", Kind.whole(2, 256), "processor cores, at least 2", "Connections that read.");

    // Connections
    public static final Setting<Integer> REQUEST_BYTES = fixed(
            "request-bytes", Kind.size("300KiB", "4MiB"), "320KiB", "Largest request; a text of 256 KiB must fit.");
    public static final Setting<Integer> METADATA_BYTES =
            fixed("metadata-bytes", Kind.size("1KiB", "1MiB"), "8KiB", "Largest header of a call.");
    public static final Setting<Integer> PARTIAL_REQUEST_BYTES = fixed(
            "partial-request-bytes",
            Kind.size("4MiB", "1024MiB"),
            "64MiB",
            "What unfinished requests may hold in all; beyond, the oldest end with CALL_TIMEOUT.");
    public static final Setting<Integer> CALLS_PER_CONNECTION = fixed(
            "calls-per-connection",
            Kind.whole(1, 100_000),
            "256",
            "Calls at a time on a connection, streams included.");
    public static final Setting<Integer> RST_FRAMES = fixed(
            "rst-frames",
            Kind.whole(1, 1_000_000),
            "2000",
            "Calls a connection may cancel within 10 s before it is closed.");
    public static final Setting<Duration> KEEPALIVE =
            fixed("keepalive", Kind.duration("1s", "24h"), "60s", "A silent connection is pinged after this time.");
    public static final Setting<Duration> KEEPALIVE_TIMEOUT = fixed(
            "keepalive-timeout", Kind.duration("1s", "1h"), "20s", "Without an answer to that ping it is closed.");
    public static final Setting<Duration> CLIENT_PING =
            fixed("client-ping", Kind.duration("0", "1h"), "10s", "Clients may ping this often, without calls too.");
    public static final Setting<Duration> CONNECTION_IDLE = fixed(
            "connection-idle",
            Kind.duration("1s", "24h"),
            "5m",
            "A connection without calls is closed after this time.");
    public static final Setting<Duration> HANDSHAKE =
            fixed("handshake", Kind.duration("100ms", "10m"), "10s", "Until a new connection must speak HTTP/2.");
    public static final Setting<Duration> CALL_TIMEOUT =
            fixed("call-timeout", Kind.duration("100ms", "10m"), "30s", "Cap of a unary call that brings no deadline.");
    public static final Setting<Duration> HEARTBEAT =
            fixed("heartbeat", Kind.duration("100ms", "1h"), "15s", "A silent stream says this often that it lives.");

    // Log
    public static final Setting<LogFormat> LOG_FORMAT =
            fixed("log-format", Kind.choice(LogFormat.class), "text", "How lines on standard error are written.");
    public static final Setting<LogLevel> LOG_LEVEL =
            fixed("log-level", Kind.choice(LogLevel.class), "info", "Level of components that have none of their own.");

    // Each model
    public static final Setting<AdapterName> ADAPTER = fixed(
            "model.NAME.adapter",
            Kind.choice(AdapterName.class),
            "simulated",
            "Who answers: a simulation, or a provider that speaks OpenAI's API (vLLM, Ollama, llama.cpp, LM Studio too) or"
                    + " Anthropic's.");
    public static final Setting<Integer> MODEL_WORKERS = computed(
            "model.NAME.workers", Kind.whole(1, 1_024), "workers", "Answers of this model that run at a time.");
    public static final Setting<Integer> MODEL_RESERVED = computed(
            "model.NAME.reserved-for-active",
            Kind.whole(0, 1_023),
            "reserved-for-active",
            "How many of them LOW messages never take; less than workers.");
    public static final Setting<Integer> WINDOW = fixed(
            "model.NAME.window", Kind.whole(256, 100_000_000), "8192", "Tokens of a conversation that the model sees.");
    public static final Setting<URI> URL = computed(
            "model.NAME.url",
            Kind.url(),
            "none",
            "providers: base of the API, mostly ending in /v1; /chat/completions (openai) or /messages (anthropic) is"
                    + " appended. Required.");
    public static final Setting<String> PROVIDER_NAME = computed(
            "model.NAME.name",
            Kind.text("TEXT", "[!-~]{1,200}", "1 to 200 printable ASCII characters without spaces"),
            "NAME",
            "providers: the model's name there.");
    public static final Setting<String> KEY_ENV = computed(
            "model.NAME.key-env",
            Kind.variable("VARIABLE", "[A-Za-z_][A-Za-z0-9_]{0,199}", "the name of an environment variable"),
            "none",
            "providers: the environment variable that holds the key. anthropic needs this or key-file.");
    public static final Setting<Path> KEY_FILE = computed(
            "model.NAME.key-file",
            Kind.path("FILE"),
            "none",
            "providers: the file that holds the key, readable only by its owner.");
    public static final Setting<Integer> MAX_TOKENS = computed(
            "model.NAME.max-tokens",
            Kind.whole(1, 10_000_000),
            "openai: the provider's; anthropic: 4096, at most half the window",
            "providers: longest answer, reasoning included; less than the window.");
    public static final Setting<Double> TEMPERATURE = computed(
            "model.NAME.temperature", Kind.decimal(0, 2), "the provider's", "providers: how freely it answers.");
    public static final Setting<Integer> CHUNKS =
            fixed("model.NAME.chunks", Kind.whole(1, 1_000_000), "12", "simulated: chunks of an answer.");
    public static final Setting<Duration> LATENCY =
            fixed("model.NAME.latency", Kind.duration("0", "1h"), "300ms", "simulated: time until the first chunk.");
    public static final Setting<Duration> CHUNK_DELAY =
            fixed("model.NAME.chunk-delay", Kind.duration("0", "1h"), "30ms", "simulated: time between chunks.");
    public static final Setting<Integer> CHUNK_BYTES = fixed(
            "model.NAME.chunk-bytes", Kind.size("0", "1MiB"), "0", "simulated: size of a chunk; 0: as the words come.");

    static final List<Setting<LogLevel>> COMPONENT_LEVELS = Logging.components().stream()
            .map(component -> computed(
                    LOG_LEVEL.name() + "." + component, LOG_LEVEL.kind(), "log-level", "Level of this component."))
            .toList();

    static final List<Section> SECTIONS = List.of(
            new Section("Files and addresses", List.of(CONFIG, DATA, RESTORED, GRPC, HTTP, INSECURE)),
            new Section("Queue", List.of(QUEUE_CAPACITY, WORKSPACE_CAPACITY, HIGH_PER_LOW)),
            new Section(
                    "Workers and providers",
                    List.of(
                            WORKERS,
                            RESERVED,
                            DEFAULT_MODEL,
                            CONNECT_TIMEOUT,
                            FIRST_BYTE_TIMEOUT,
                            IDLE_TIMEOUT,
                            TOTAL_TIMEOUT,
                            RETRY_FOR,
                            RETRY_DELAY,
                            RETRY_DELAY_MAX,
                            DRAIN)),
            new Section("Storage", List.of(WRITER_QUEUE, WRITER_BATCH, READERS)),
            new Section(
                    "Connections",
                    List.of(
                            REQUEST_BYTES,
                            METADATA_BYTES,
                            PARTIAL_REQUEST_BYTES,
                            CALLS_PER_CONNECTION,
                            RST_FRAMES,
                            KEEPALIVE,
                            KEEPALIVE_TIMEOUT,
                            CLIENT_PING,
                            CONNECTION_IDLE,
                            HANDSHAKE,
                            CALL_TIMEOUT,
                            HEARTBEAT)),
            new Section(
                    "Log",
                    Stream.<Setting<?>>concat(Stream.of(LOG_FORMAT, LOG_LEVEL), COMPONENT_LEVELS.stream())
                            .toList()),
            new Section(
                    "Each model (only in the file and as flags)",
                    List.of(
                            ADAPTER,
                            MODEL_WORKERS,
                            MODEL_RESERVED,
                            WINDOW,
                            URL,
                            PROVIDER_NAME,
                            KEY_ENV,
                            KEY_FILE,
                            MAX_TOKENS,
                            TEMPERATURE,
                            CHUNKS,
                            LATENCY,
                            CHUNK_DELAY,
                            CHUNK_BYTES)));

    private ConfigTable() {}

    /** The level of one component. */
    public static Setting<LogLevel> logLevelOf(String component) {
        return COMPONENT_LEVELS.get(Logging.components().indexOf(component));
    }
}
