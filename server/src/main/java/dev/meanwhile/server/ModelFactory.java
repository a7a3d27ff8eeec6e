package dev.meanwhile.server;

import dev.meanwhile.server.config.ModelConfig;
import dev.meanwhile.server.config.ProviderConfig;
import dev.meanwhile.server.config.Secret;
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.llm.langchain.ApiKey;
import dev.meanwhile.server.llm.langchain.OpenAiConfig;
import dev.meanwhile.server.llm.langchain.OpenAiModel;
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
            case ModelConfig.OpenAi openAi ->
                OpenAiModel.create(new OpenAiConfig(
                        openAi.url(),
                        openAi.key().map(ModelFactory::key).orElse(null),
                        openAi.providerName(),
                        openAi.maxTokens().isPresent() ? openAi.maxTokens().getAsInt() : null,
                        openAi.temperature().isPresent() ? openAi.temperature().getAsDouble() : null,
                        new OpenAiConfig.Timeouts(
                                provider.connect(), provider.firstByte(), provider.idle(), provider.total())));
        };
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private static ApiKey key(Secret secret) {
        return ApiKey.fromEnvironment("key", name -> secret.reveal());
    }
}
