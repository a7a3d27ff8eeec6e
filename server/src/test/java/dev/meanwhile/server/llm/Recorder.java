package dev.meanwhile.server.llm;

import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.TokenUsage;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Keeps what a model said, and fails on two callbacks at once or on one after the end. */
public class Recorder implements AnswerListener {
    private static final long PATIENCE_SECONDS = 20;

    public final List<String> texts = new CopyOnWriteArrayList<>();
    public final List<String> reasonings = new CopyOnWriteArrayList<>();
    public final List<String> faults = new CopyOnWriteArrayList<>();
    public final CompletableFuture<End> end = new CompletableFuture<>();
    private final BlockingQueue<String> arrivals = new LinkedBlockingQueue<>();
    private final AtomicInteger inside = new AtomicInteger();

    /** Exactly one of reason and failure is there. */
    public record End(
            @Nullable FinishReason reason,
            TokenUsage usage,
            @Nullable ModelFailure failure,
            Thread thread) {}

    @Override
    public void text(String delta) {
        enter(() -> {
            texts.add(delta);
            arrivals.add(delta);
        });
    }

    @Override
    public void reasoning(String delta) {
        enter(() -> reasonings.add(delta));
    }

    @Override
    public void completed(FinishReason reason, TokenUsage usage) {
        enter(() -> end.complete(new End(reason, usage, null, Thread.currentThread())));
    }

    @Override
    public void failed(ModelFailure failure) {
        enter(() -> end.complete(new End(null, TokenUsage.NONE, failure, Thread.currentThread())));
    }

    public String answer() {
        return String.join("", texts);
    }

    /** Waits for the end. */
    public End awaitEnd() throws Exception {
        End ended = end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!faults.isEmpty()) {
            throw new AssertionError(faults.toString());
        }
        return ended;
    }

    /** Waits for the end, which must be a failure. */
    public ModelFailure awaitFailure() throws Exception {
        ModelFailure failure = awaitEnd().failure();
        if (failure == null) {
            throw new AssertionError("completed, with: " + answer());
        }
        return failure;
    }

    /** Waits for the next text. */
    public String awaitText() throws InterruptedException {
        String text = arrivals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (text == null) {
            throw new AssertionError("no text came");
        }
        return text;
    }

    private void enter(Runnable callback) {
        if (inside.incrementAndGet() > 1) {
            faults.add("two callbacks at once");
        }
        if (end.isDone()) {
            faults.add("a callback after the end");
        }
        callback.run();
        inside.decrementAndGet();
    }
}
