package dev.meanwhile.server.llm.simulated;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.llm.AnswerGuard;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.ModelFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One simulated answer: each step delivers pieces until the next wait, and only the step before plans the next. */
final class SimulatedCall implements ModelCall {
    // About what English takes; a provider's own count would come from its tokenizer.
    private static final int BYTES_A_TOKEN = 4;

    private final SimulatedConfig config;
    private final SimulatedAnswer answer;
    private final long promptBytes;
    private final AnswerGuard listener;
    private final ScheduledExecutorService timer;
    private final Executor delivery;

    private int next;
    private long bytes;
    private volatile @Nullable Future<?> waiting;

    SimulatedCall(
            SimulatedConfig config,
            SimulatedAnswer answer,
            long promptBytes,
            AnswerGuard listener,
            ScheduledExecutorService timer,
            Executor delivery) {
        this.config = config;
        this.answer = answer;
        this.promptBytes = promptBytes;
        this.listener = listener;
        this.timer = timer;
        this.delivery = delivery;
    }

    void begin() {
        if (config.latency().isZero() && config.chunkDelay().isZero()) {
            step();
        } else {
            await(config.latency());
        }
    }

    @Override
    public void cancel() {
        listener.close();
        Future<?> wait = waiting;
        if (wait != null) {
            wait.cancel(false);
        }
    }

    private void step() {
        while (listener.open()) {
            String piece = answer.piece(next++);
            bytes += piece.getBytes(StandardCharsets.UTF_8).length;
            listener.text(piece);
            if (next == config.chunks()) {
                listener.completed(FinishReason.STOP, new TokenUsage(tokens(promptBytes), tokens(bytes)));
            } else if (!config.chunkDelay().isZero() && listener.open()) {
                await(config.chunkDelay());
                return;
            }
        }
    }

    private void await(Duration span) {
        try {
            waiting = timer.schedule(() -> delivery.execute(this::step), span.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            listener.failed(ModelFailure.fault(
                    FailureReason.INTERNAL, "The server is stopping; send the message again when it is back."));
            return;
        }
        if (!listener.open()) {
            // Cancelled in between: cancel() may have seen the wait before this one.
            cancel();
        }
    }

    private static long tokens(long ofBytes) {
        return (ofBytes + BYTES_A_TOKEN - 1) / BYTES_A_TOKEN;
    }
}
