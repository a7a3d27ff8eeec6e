package dev.meanwhile.server.llm.langchain;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.meanwhile.server.llm.AnswerListener;
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.Prompt;
import java.net.http.HttpClient;
import java.util.concurrent.Executors;

/** A model behind OpenAI's chat API: OpenAI, vLLM, Ollama, llama.cpp, LM Studio. */
public final class OpenAiModel implements LanguageModel {
    private final OpenAiConfig config;
    private final HttpClient http;

    private OpenAiModel(OpenAiConfig config, HttpClient http) {
        this.config = config;
        this.http = http;
    }

    public static OpenAiModel create(OpenAiConfig config) {
        // HTTP/1.1: calls that share an HTTP/2 connection share its window, so one held answer would hold them all;
        // and some local servers answer the upgrade offered with every plaintext request with an error.
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.timeouts().connect())
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
        return new OpenAiModel(config, http);
    }

    @Override
    public ModelCall start(Prompt prompt, AnswerListener listener) {
        CallHttp callHttp = new CallHttp(http, config.timeouts());
        ProviderCall call = new ProviderCall(
                callHttp, new FailureWords(config), config.timeouts().total(), listener);
        // On a thread of its own, so that a listener that blocks holds this answer and no other.
        Thread.ofVirtual()
                .name("model-call")
                .start(() -> call.run(answer -> chatModel(callHttp).chat(ChatMessages.of(prompt), answer)));
        return call;
    }

    @Override
    public int answerTokens() {
        Integer maxTokens = config.maxTokens();
        return maxTokens == null ? 0 : maxTokens;
    }

    // One per call: its HTTP client is the call's own, which is what lets cancel() close it at any moment.
    private StreamingChatModel chatModel(CallHttp callHttp) {
        var key = config.key();
        return OpenAiStreamingChatModel.builder()
                .httpClientBuilder(callHttp.asBuilder())
                .baseUrl(config.baseUrl().toString())
                .apiKey(key == null ? null : key.secret())
                .modelName(config.model())
                .maxTokens(config.maxTokens())
                .temperature(config.temperature())
                .returnThinking(true)
                .build();
    }
}
