package dev.meanwhile.server.llm.langchain;

import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.meanwhile.server.llm.AnswerListener;
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.Prompt;
import java.util.Objects;

/** A model of a provider. Each call has a thread and an HTTP exchange of its own, which end with it. */
public final class ProviderModel implements LanguageModel {
    private final EndpointConfig config;
    private final Api api;
    private final Connections connections;

    /** Makes what speaks to the provider in its way, over the exchange of one call. */
    private interface Api {
        StreamingChatModel chatModel(EndpointConfig config, CallHttp http);
    }

    private ProviderModel(EndpointConfig config, Api api) {
        this.config = config;
        this.api = api;
        this.connections = new Connections(config.timeouts().connect());
    }

    /** Behind OpenAI's chat API: OpenAI, vLLM, Ollama, llama.cpp, LM Studio. */
    public static ProviderModel openAi(EndpointConfig config) {
        return new ProviderModel(config, ProviderModel::openAiChat);
    }

    /** Behind Anthropic's messages API, which wants a key and a limit of the answer. */
    public static ProviderModel anthropic(EndpointConfig config) {
        if (config.key() == null || config.maxTokens() == null) {
            throw new IllegalArgumentException("the Anthropic API needs a key and max-tokens");
        }
        return new ProviderModel(config, ProviderModel::anthropicChat);
    }

    @Override
    public ModelCall start(Prompt prompt, AnswerListener listener) {
        CallHttp callHttp = new CallHttp(connections, config.timeouts());
        ProviderCall call = new ProviderCall(
                callHttp, new FailureWords(config), config.timeouts().total(), listener);
        // On a thread of its own, so that a listener that blocks holds this answer and no other.
        Thread.ofVirtual()
                .name("model-call")
                .start(() -> call.run(answer -> api.chatModel(config, callHttp).chat(ChatMessages.of(prompt), answer)));
        return call;
    }

    @Override
    public int answerTokens() {
        Integer maxTokens = config.maxTokens();
        return maxTokens == null ? 0 : maxTokens;
    }

    // One per call: its HTTP client is the call's own, which is what lets cancel() close it at any moment.
    private static StreamingChatModel openAiChat(EndpointConfig config, CallHttp http) {
        ApiKey key = config.key();
        return OpenAiStreamingChatModel.builder()
                .httpClientBuilder(http.asBuilder())
                .baseUrl(config.baseUrl().toString())
                .apiKey(key == null ? null : key.secret())
                .modelName(config.model())
                .maxTokens(config.maxTokens())
                .temperature(config.temperature())
                .returnThinking(true)
                .build();
    }

    private static StreamingChatModel anthropicChat(EndpointConfig config, CallHttp http) {
        return AnthropicStreamingChatModel.builder()
                .httpClientBuilder(http.asBuilder())
                .baseUrl(config.baseUrl().toString())
                .apiKey(Objects.requireNonNull(config.key()).secret())
                .modelName(config.model())
                .maxTokens(config.maxTokens())
                .temperature(config.temperature())
                .returnThinking(true)
                .build();
    }
}
