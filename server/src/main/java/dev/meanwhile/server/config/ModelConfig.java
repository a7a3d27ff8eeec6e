package dev.meanwhile.server.config;

import dev.meanwhile.server.domain.ModelInfo;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A model and who answers for it. */
public record ModelConfig(ModelInfo info, Adapter adapter) {
    /** Who answers. */
    public sealed interface Adapter {
        /** As clients see it in a model's description. */
        AdapterName name();
    }

    /**
     * The simulation.
     *
     * @param chunkBytes size of a chunk; 0 is as the words come
     */
    public record Simulated(int chunks, Duration latency, Duration chunkDelay, int chunkBytes) implements Adapter {
        public Simulated {
            if (chunks < 1 || chunkBytes < 0 || latency.isNegative() || chunkDelay.isNegative()) {
                throw new IllegalArgumentException("at least one chunk, and nothing negative");
            }
        }

        @Override
        public AdapterName name() {
            return AdapterName.SIMULATED;
        }
    }

    /**
     * A provider's endpoint.
     *
     * @param name which API it speaks
     * @param url base of the API
     * @param providerName the model's name there
     * @param maxTokens longest answer; empty leaves it to the provider
     */
    public record Endpoint(
            AdapterName name,
            URI url,
            String providerName,
            Optional<Secret> key,
            OptionalInt maxTokens,
            OptionalDouble temperature)
            implements Adapter {}
}
