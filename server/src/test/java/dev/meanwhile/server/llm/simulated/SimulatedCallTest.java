package dev.meanwhile.server.llm.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.Prompt;
import dev.meanwhile.server.llm.Recorder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How it waits and how it stops. */
@Timeout(60)
class SimulatedCallTest {
    private static final Prompt PROMPT = new Prompt(null, List.of(), "What happens meanwhile?");
    private static final Duration SOON = Duration.ofNanos(1);
    private static final Duration NEVER = Duration.ofDays(1);

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final LinkedBlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();
    private final Recorder recorder = new Recorder();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void waitsOnTheTimerForTheFirstPieceAndEachOneAfter() throws Exception {
        byHand(3, SOON, SOON).start(PROMPT, recorder);

        for (int delivered = 0; delivered < 3; delivered++) {
            assertEquals(delivered, recorder.texts.size());
            steps.take().run();
        }
        assertEquals(3, recorder.texts.size());
        assertEquals(FinishReason.STOP, recorder.awaitEnd().reason());
    }

    @Test
    void cancelWhileItWaitsTakesTheWaitBack() {
        timer.setRemoveOnCancelPolicy(true);
        ModelCall call = byHand(3, NEVER, SOON).start(PROMPT, recorder);
        assertEquals(1, timer.getQueue().size());

        call.cancel();
        call.cancel();

        assertEquals(0, timer.getQueue().size());
        assertEquals(List.of(), recorder.texts);
        assertFalse(recorder.end.isDone());
    }

    @Test
    void cancelBetweenPiecesStopsTheStepThatIsAlreadyDue() throws Exception {
        ModelCall call = byHand(3, SOON, SOON).start(PROMPT, recorder);
        steps.take().run();
        Runnable due = steps.take();

        call.cancel();
        due.run();

        assertEquals(1, recorder.texts.size());
        assertFalse(recorder.end.isDone());
        assertEquals(0, timer.getQueue().size());
    }

    @Test
    void cancelFromInsideACallbackStopsTheRest() throws Exception {
        LinkedBlockingQueue<ModelCall> calls = new LinkedBlockingQueue<>();
        Recorder canceller = new Recorder() {
            @Override
            public void text(String delta) {
                super.text(delta);
                calls.remove().cancel();
            }
        };
        calls.add(byHand(3, SOON, Duration.ZERO).start(PROMPT, canceller));
        steps.take().run();

        assertEquals(1, canceller.texts.size());
        assertFalse(canceller.end.isDone());
    }

    @Test
    void aListenerThatBlocksDelaysNoOtherAnswer() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Recorder held = new Recorder() {
            @Override
            public void text(String delta) {
                super.text(delta);
                await(release);
            }
        };
        SimulatedModel model = new SimulatedModel(new SimulatedConfig(3, SOON, SOON, 0), timer);
        model.start(PROMPT, held);
        held.awaitText();

        model.start(PROMPT, recorder);
        assertEquals(FinishReason.STOP, recorder.awaitEnd().reason());
        assertFalse(held.end.isDone());

        release.countDown();
        assertEquals(FinishReason.STOP, held.awaitEnd().reason());
    }

    @Test
    void aTimerThatHasEndedFailsTheAnswer() throws Exception {
        timer.shutdown();
        byHand(3, SOON, SOON).start(PROMPT, recorder);

        assertEquals(FailureReason.INTERNAL, recorder.awaitFailure().reason());
        assertTrue(recorder.awaitFailure().retryable());
    }

    private SimulatedModel byHand(int chunks, Duration latency, Duration delay) {
        return new SimulatedModel(new SimulatedConfig(chunks, latency, delay, 0), timer, steps::add);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
