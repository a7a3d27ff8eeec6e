package dev.meanwhile.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.ResponseEntry.Reasoning;
import dev.meanwhile.server.domain.ResponseEntry.Started;
import dev.meanwhile.server.domain.ResponseEntry.Text;
import dev.meanwhile.server.domain.Route;
import dev.meanwhile.server.domain.StopSignal;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.server.worker.AnswerBuffer.Batch;
import dev.meanwhile.server.worker.AnswerBuffer.End;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class AnswerBufferTest {
    private static final TokenUsage USAGE = new TokenUsage(3, 4);
    private final AnswerBuffer buffer = new AnswerBuffer(lease());

    @Test
    void piecesGatherInTheirOrderBehindStarted() throws Exception {
        buffer.reasoning("hm");
        buffer.text("a");
        buffer.text("b");
        Batch batch = buffer.take(inAMinute());
        assertEquals(
                List.of(new Started(2, "m"), new Reasoning("hm"), new Text("a", 0), new Text("b", 1)), batch.entries());
        assertNull(batch.end());

        buffer.text("c");
        buffer.completed(FinishReason.STOP, USAGE);
        Batch last = buffer.take(inAMinute());
        assertEquals(List.of(new Text("c", 2)), last.entries());
        End.Whole whole = assertInstanceOf(End.Whole.class, last.end());
        assertEquals(3, whole.completed().chunkCount());
        assertEquals(3, whole.completed().byteCount());
        assertEquals(USAGE, whole.completed().usage());
    }

    /** Planted: completed() without what the cutters hold back. */
    @Test
    void halfAPairAtTheEndIsPartOfTheAnswer() throws Exception {
        buffer.text("a\uD83D");
        buffer.completed(FinishReason.STOP, USAGE);
        Batch batch = buffer.take(inAMinute());
        assertEquals(new Text("\uFFFD", 1), batch.entries().getLast());
        assertEquals(
                4, assertInstanceOf(End.Whole.class, batch.end()).completed().byteCount());
    }

    /** Planted: finish() that lets the later end win. */
    @Test
    void theFirstEndHoldsAndNothingFollowsIt() throws Exception {
        buffer.text("a");
        buffer.stop();
        buffer.text("b");
        buffer.completed(FinishReason.STOP, USAGE);
        Batch batch = buffer.take(inAMinute());
        assertEquals(2, batch.entries().size());
        assertInstanceOf(End.Stopped.class, batch.end());
    }

    /** Once the time was only looked at while nothing waited, so an answer that never paused never ended. */
    @Test
    void theTotalTimeoutEndsAnAnswerWhosePiecesKeepComing() throws Exception {
        buffer.text("a");
        Batch batch = buffer.take(System.nanoTime() - 1);
        End.Broken broken = assertInstanceOf(End.Broken.class, batch.end());
        assertEquals(FailureReason.PROVIDER_TIMEOUT, broken.failure().reason());
        assertTrue(broken.failure().retryable());
        assertFalse(broken.failure().outage());
    }

    @Test
    void theTotalTimeoutEndsASilentAnswer() throws Exception {
        Batch batch = buffer.take(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1));
        assertEquals(
                FailureReason.PROVIDER_TIMEOUT,
                assertInstanceOf(End.Broken.class, batch.end()).failure().reason());
    }

    @Test
    void anAnswerOfFourMebibytesIsWholeAndOneByteMoreFails() throws Exception {
        assertInstanceOf(End.Whole.class, endOf(0));
        End.Broken broken = assertInstanceOf(End.Broken.class, endOf(1));
        assertEquals(FailureReason.ANSWER_TOO_LARGE, broken.failure().reason());
        assertFalse(broken.failure().retryable());
    }

    private static @Nullable End endOf(int beyond) throws InterruptedException {
        AnswerBuffer fresh = new AnswerBuffer(lease());
        fresh.text("x".repeat((int) AnswerText.MAX_BYTES));
        fresh.text("x".repeat(beyond));
        fresh.completed(FinishReason.STOP, USAGE);
        return fresh.take(inAMinute()).end();
    }

    /** Planted: no waiting for room; a weight without the pieces' own bytes, which let a million letters gather. */
    @Test
    void beyondAMebibyteTheModelsStreamIsHeldAndNothingIsLost() throws Exception {
        int letters = 200_000;
        CompletableFuture<Void> delivery = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < letters; i++) {
                buffer.text("x");
            }
            buffer.completed(FinishReason.STOP, USAGE);
        });
        List<ResponseEntry> entries = new ArrayList<>();
        Batch batch;
        do {
            batch = buffer.take(inAMinute());
            assertTrue(
                    batch.entries().size() <= (1 << 20) / 65 + 2,
                    batch.entries().size() + " at once");
            entries.addAll(batch.entries());
        } while (batch.end() == null);
        delivery.get(60, TimeUnit.SECONDS);
        assertEquals(1 + letters, entries.size());
    }

    /** Planted: stop() that wakes nobody. */
    @Test
    void aHeldModelGoesOnWhenTheAttemptIsOver() throws Exception {
        CompletableFuture<Void> delivery = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 300; i++) {
                buffer.text("x".repeat(8 << 10));
            }
        });
        buffer.take(inAMinute());
        buffer.stop();
        delivery.get(60, TimeUnit.SECONDS);
    }

    @Test
    void aFailureComesWithWhatGathered() throws Exception {
        buffer.text("a");
        ModelFailure failure = ModelFailure.fault(FailureReason.PROVIDER_CUT, "cut");
        buffer.failed(failure);
        Batch batch = buffer.take(inAMinute());
        assertEquals(new End.Broken(failure), batch.end());
        assertEquals(2, batch.entries().size());
        assertEquals(1, buffer.bytes());
    }

    private static long inAMinute() {
        return System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    }

    private static Lease lease() {
        return new Lease(
                1,
                "message",
                1,
                "default",
                "s",
                2,
                "m",
                Priority.LOW,
                Route.BACKGROUND,
                Instant.EPOCH,
                Instant.EPOCH,
                Message.Faults.NONE,
                new StopSignal());
    }
}
