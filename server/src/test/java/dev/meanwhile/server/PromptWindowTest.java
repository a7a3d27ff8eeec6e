package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.server.llm.AnswerListener;
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.Prompt;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a conversation goes to the model. */
final class PromptWindowTest {
    private static final String TEXT = "x".repeat(100);
    private final ScriptedModel scripted = new ScriptedModel();

    @TempDir
    private Path folder = Path.of("");

    /**
     * 1,000 tokens are 3,000 bytes, 1,800 of which the answer may take: 1,100 are left for turns of 600 beside the text.
     * Planted: no room for the answer, as once; providers refuse such a prompt, and do so for every later message.
     */
    @Test
    void historyLeavesRoomForTheAnswer() throws Exception {
        try (TestServer server = TestServer.start(folder, new Answering(600), "--model.m.window=1000")) {
            server.session("s");
            for (int i = 0; i < 2; i++) {
                server.submit("s", TEXT);
                scripted.next().text(TEXT.repeat(5)).complete();
            }
            server.submit("s", TEXT);
            Prompt prompt = scripted.next().prompt();
            assertEquals(List.of(new Prompt.Turn(TEXT, TEXT.repeat(5))), prompt.history());
        }
    }

    private final class Answering implements LanguageModel {
        private final int tokens;

        Answering(int tokens) {
            this.tokens = tokens;
        }

        @Override
        public ModelCall start(Prompt prompt, AnswerListener listener) {
            return scripted.start(prompt, listener);
        }

        @Override
        public int answerTokens() {
            return tokens;
        }
    }
}
