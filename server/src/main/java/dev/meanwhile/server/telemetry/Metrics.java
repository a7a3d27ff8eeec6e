package dev.meanwhile.server.telemetry;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Priority;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What the service counts, for Prometheus. Cheap to call; every meter but those of libraries begins "meanwhile". */
public final class Metrics {
    /** Answers take seconds, waits anything up to hours. */
    private static final Duration[] LONG_BUCKETS = {
        Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(1),
        Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofMinutes(1), Duration.ofMinutes(5),
        Duration.ofMinutes(15), Duration.ofHours(1)
    };

    private static final Duration[] COMMIT_BUCKETS = {
        Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(5), Duration.ofMillis(10),
        Duration.ofMillis(25), Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(2)
    };

    private record Waits(String model, Priority lane) {}

    private record Ends(String model, MessageState state) {}

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ConcurrentHashMap<Waits, Timer> waits = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Ends, Timer> ends = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<FailureReason, Counter> retries = new ConcurrentHashMap<>();
    private final AtomicLong openStreams = new AtomicLong();
    private final Counter streams;
    private final Counter chunks;
    private final Counter bytes;
    private final Counter fenced;
    private final DistributionSummary commitCommands;
    private final Timer commitTime;
    private final MultiGauge depths;
    private final MultiGauge running;
    private final MultiGauge retrying;
    private final MultiGauge worstWaits;
    private volatile Supplier<List<LaneDepth>> lanes = List::of;

    public Metrics() {
        streams = counter("meanwhile.streams", "Response streams opened");
        chunks = counter("meanwhile.chunks", "Chunks of answers stored");
        bytes = Counter.builder("meanwhile.chunk")
                .description("Text of answers stored")
                .baseUnit("bytes")
                .register(registry);
        fenced = counter("meanwhile.fenced.writes", "Writes refused because a newer attempt or the end came first");
        Gauge.builder("meanwhile.streams.open", openStreams, AtomicLong::doubleValue)
                .description("Response streams open now")
                .register(registry);
        commitCommands = DistributionSummary.builder("meanwhile.commit.commands")
                .description("Commands in one commit")
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256)
                .register(registry);
        commitTime = Timer.builder("meanwhile.commit")
                .description("Time of one commit, fsync included")
                .serviceLevelObjectives(COMMIT_BUCKETS)
                .register(registry);
        depths = MultiGauge.builder("meanwhile.queue.depth")
                .description("Queued messages by the lane they want")
                .register(registry);
        running = MultiGauge.builder("meanwhile.messages.running")
                .description("Messages being answered now")
                .register(registry);
        retrying = MultiGauge.builder("meanwhile.messages.retrying")
                .description("Messages between attempts")
                .register(registry);
        worstWaits = MultiGauge.builder("meanwhile.queue.worst.wait")
                .description("How long the longest-waiting head of a lane has waited for its first attempt")
                .baseUnit("seconds")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /** Asked at each scrape, on the thread that scrapes. */
    public void lanes(Supplier<List<LaneDepth>> supplier) {
        lanes = supplier;
    }

    /** Asked at each scrape: whether nothing is started on a model, since its provider does not answer. */
    public void held(String model, BooleanSupplier held) {
        Gauge.builder("meanwhile.model.held", () -> held.getAsBoolean() ? 1 : 0)
                .description("1 from the provider's first failure until it answers a call")
                .tag("model", model)
                .register(registry);
    }

    /** Asked at each scrape: what connections hold outside of the heap. */
    public void connectionBuffers(LongSupplier bytes) {
        Gauge.builder("meanwhile.connection.buffers", bytes::getAsLong)
                .description("Memory of all connections' buffers, outside of the heap")
                .baseUnit("bytes")
                .register(registry);
    }

    /** A worker got it, {@code wait} after it was submitted. */
    public void messageClaimed(String model, Priority lane, Duration wait) {
        waits.computeIfAbsent(
                        new Waits(model, lane),
                        key -> Timer.builder("meanwhile.message.wait")
                                .description("From submit to claim")
                                .tags("model", key.model, "priority", label(key.lane))
                                .serviceLevelObjectives(LONG_BUCKETS)
                                .register(registry))
                .record(wait);
    }

    /** It has reached {@code state}, {@code processing} after its first claim. */
    public void messageEnded(String model, MessageState state, Duration processing) {
        ends.computeIfAbsent(
                        new Ends(model, state),
                        key -> Timer.builder("meanwhile.message.processing")
                                .description("From first claim to end; its count is the number of messages ended")
                                .tags(
                                        "model",
                                        key.model,
                                        "state",
                                        key.state.name().toLowerCase(Locale.ROOT))
                                .serviceLevelObjectives(LONG_BUCKETS)
                                .register(registry))
                .record(processing);
    }

    public void chunksAppended(int count, long textBytes) {
        chunks.increment(count);
        bytes.increment((double) textBytes);
    }

    public void streamOpened() {
        streams.increment();
        openStreams.incrementAndGet();
    }

    public void streamClosed() {
        openStreams.decrementAndGet();
    }

    public void fencedWrite() {
        fenced.increment();
    }

    public void retryScheduled(FailureReason reason) {
        retries.computeIfAbsent(
                        reason,
                        key -> Counter.builder("meanwhile.retries")
                                .description("Attempts that failed and are tried again")
                                .tag("reason", key.name())
                                .register(registry))
                .increment();
    }

    public void commit(int commands, Duration duration) {
        commitCommands.record(commands);
        commitTime.record(duration.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Everything in Prometheus's text format. Without the lanes if they can't be read now. */
    public String scrape() {
        List<LaneDepth> now;
        try {
            now = lanes.get();
        } catch (RuntimeException e) {
            // The other numbers matter most when the store does not answer.
            ServiceLog.storeError("Reading lanes for metrics", e);
            now = List.of();
        }
        depths.register(rows(now, LaneDepth::depth), true);
        running.register(rows(now, LaneDepth::running), true);
        retrying.register(rows(now, LaneDepth::retrying), true);
        worstWaits.register(rows(now, lane -> lane.worstWait().toNanos() / 1e9), true);
        return registry.scrape();
    }

    private static List<MultiGauge.Row<?>> rows(List<LaneDepth> lanes, Function<LaneDepth, Number> value) {
        return lanes.stream()
                .<MultiGauge.Row<?>>map(lane -> MultiGauge.Row.of(
                        Tags.of("model", lane.model(), "priority", label(lane.lane())), value.apply(lane)))
                .toList();
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private static String label(Priority lane) {
        return lane.name().toLowerCase(Locale.ROOT);
    }
}
