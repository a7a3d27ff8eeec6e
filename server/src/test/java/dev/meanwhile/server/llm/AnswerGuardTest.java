package dev.meanwhile.server.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.TokenUsage;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerGuardTest {
    private static final ModelFailure FAILURE = ModelFailure.fault(FailureReason.PROVIDER_CUT, "cut");

    private final Recorder recorder = new Recorder();
    private final AnswerGuard guard = new AnswerGuard(recorder);

    @Test
    void nothingPassesAfterTheFirstEnd() throws Exception {
        guard.text("a");
        guard.failed(FAILURE);
        guard.text("b");
        guard.reasoning("c");
        guard.completed(FinishReason.STOP, TokenUsage.NONE);
        guard.failed(FAILURE);

        assertEquals(FAILURE, recorder.awaitFailure());
        assertEquals(List.of("a"), recorder.texts);
        assertEquals(List.of(), recorder.reasonings);
    }

    @Test
    void nothingPassesAfterClose() {
        guard.close();
        guard.text("a");
        guard.completed(FinishReason.STOP, TokenUsage.NONE);

        assertEquals(List.of(), recorder.texts);
        assertFalse(recorder.end.isDone());
    }

    @Test
    void emptyPiecesAreNoPieces() {
        guard.text("");
        guard.reasoning("");

        assertEquals(List.of(), recorder.texts);
        assertEquals(List.of(), recorder.reasonings);
    }

    @Test
    void aListenerThatThrowsEndsTheAnswerOnce() throws Exception {
        Recorder thrower = new Recorder() {
            @Override
            public void text(String delta) {
                throw new IllegalStateException("no room");
            }
        };
        AnswerGuard guarded = new AnswerGuard(thrower);
        guarded.text("a");
        guarded.completed(FinishReason.STOP, TokenUsage.NONE);

        assertEquals(FailureReason.INTERNAL, thrower.awaitFailure().reason());
        assertFalse(guarded.open());
    }
}
