package dev.meanwhile.server;

import dev.meanwhile.server.config.AdapterName;
import dev.meanwhile.server.config.ModelConfig;
import dev.meanwhile.server.config.ProviderConfig;
import dev.meanwhile.server.config.Secret;
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.llm.langchain.ApiKey;
import dev.meanwhile.server.llm.langchain.EndpointConfig;
import dev.meanwhile.server.llm.langchain.ProviderModel;
import dev.meanwhile.server.llm.simulated.SimulatedConfig;
import dev.meanwhile.server.llm.simulated.SimulatedModel;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Makes what speaks to a model from its configuration. */
final class ModelFactory implements AutoCloseable {
    private final ProviderConfig provider;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("model-timer").factory());

    ModelFactory(ProviderConfig provider) {
        this.provider = provider;
    }

    LanguageModel make(ModelConfig model) {
        return switch (model.adapter()) {
            case ModelConfig.Simulated simulated ->
                new SimulatedModel(
                        new SimulatedConfig(
                                simulated.chunks(),
                                simulated.latency(),
                                simulated.chunkDelay(),
                                simulated.chunkBytes()),
                        timer);
            case ModelConfig.Endpoint endpoint -> {
                EndpointConfig config = endpoint(model.info().name(), endpoint);
                yield endpoint.name() == AdapterName.ANTHROPIC
                        ? ProviderModel.anthropic(config)
                        : ProviderModel.openAi(config);
            }
        };
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private EndpointConfig endpoint(String name, ModelConfig.Endpoint endpoint) {
        return new EndpointConfig(
                name,
                endpoint.url(),
                endpoint.key().map(ModelFactory::key).orElse(null),
                endpoint.providerName(),
                endpoint.maxTokens().isPresent() ? endpoint.maxTokens().getAsInt() : null,
                endpoint.temperature().isPresent() ? endpoint.temperature().getAsDouble() : null,
                new EndpointConfig.Timeouts(
                        provider.connect(), provider.firstByte(), provider.idle(), provider.total()));
    }

    private static ApiKey key(Secret secret) {
        return ApiKey.fromEnvironment("key", name -> secret.reveal());
    }
}
