package dev.meanwhile.server.llm;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.TokenUsage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between an adapter and its caller's listener and keeps the promise of one end: what comes after the first end
 * or after {@link #close} goes nowhere. Adapters call it from one thread at a time; {@code close} and {@code open} may
 * be called from any.
 */
public final class AnswerGuard implements AnswerListener {
    private static final Logger LOG = LoggerFactory.getLogger("WORKER");

    private final AnswerListener listener;
    private final AtomicBoolean ended = new AtomicBoolean();

    public AnswerGuard(AnswerListener listener) {
        this.listener = listener;
    }

    /** Whether anything may still come. */
    public boolean open() {
        return !ended.get();
    }

    /** The call is cancelled: no end is told any more. */
    public void close() {
        ended.set(true);
    }

    @Override
    public void text(String delta) {
        take(delta, listener::text);
    }

    @Override
    public void reasoning(String delta) {
        take(delta, listener::reasoning);
    }

    @Override
    public void completed(FinishReason reason, TokenUsage usage) {
        end(() -> listener.completed(reason, usage));
    }

    @Override
    public void failed(ModelFailure failure) {
        end(() -> listener.failed(failure));
    }

    private void end(Runnable told) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        try {
            told.run();
        } catch (RuntimeException e) {
            LOG.error("The end of an answer could not be taken in", e);
        }
    }

    // A listener that throws would otherwise be swallowed by a provider's SDK, and its answer go on with a hole.
    private void take(String delta, Consumer<String> taker) {
        if (delta.isEmpty() || ended.get()) {
            return;
        }
        try {
            taker.accept(delta);
        } catch (RuntimeException e) {
            LOG.error("A part of an answer could not be taken in", e);
            failed(ModelFailure.fault(
                    FailureReason.INTERNAL, "The server could not take the answer in; its log has the details."));
        }
    }
}
