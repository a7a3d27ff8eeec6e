package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.ResponseEntry.Completed;
import dev.meanwhile.server.domain.ResponseEntry.Reasoning;
import dev.meanwhile.server.domain.ResponseEntry.Started;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.llm.AnswerListener;
import dev.meanwhile.server.llm.ModelFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a model and the log: while one append is in flight the next pieces gather here. Beyond 1 MiB the
 * model's stream is held, unless it delivers on the runner's own thread.
 */
final class AnswerBuffer implements AnswerListener {
    private static final long MAX_GATHERED = 1L << 20;

    /** What a piece weighs beside its text: a megabyte of single letters would be far more in memory and in the log. */
    private static final int PIECE_BYTES = 64;

    private static final String TIMED_OUT =
            "the model did not end its answer within the total timeout; try again or raise total-timeout";

    /** How the model's stream ended. */
    sealed interface End {
        /** With a whole answer. */
        record Whole(Completed completed) implements End {}

        /** Without one. */
        record Broken(ModelFailure failure) implements End {}

        /** The message ended without us. */
        record Stopped() implements End {}
    }

    /** What gathered since the last take, and the end if it has come. */
    record Batch(List<ResponseEntry> entries, @Nullable End end) {}

    private final Thread runner = Thread.currentThread();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AnswerText text = new AnswerText();
    private final TextCutter reasoning = new TextCutter();
    private List<ResponseEntry> gathered = new ArrayList<>();
    private long gatheredBytes;
    private @Nullable End end;

    /** For one attempt, read by the thread that makes it. */
    AnswerBuffer(Lease lease) {
        gathered.add(new Started(lease.attempt(), lease.model()));
    }

    /** Waits for pieces or the end; past that time the attempt ends as timed out, also while pieces still come. */
    Batch take(long deadlineNanos) throws InterruptedException {
        lock.lock();
        try {
            while (end == null) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    finish(new End.Broken(ModelFailure.fault(FailureReason.PROVIDER_TIMEOUT, TIMED_OUT)));
                } else if (gatheredBytes > 0) {
                    break;
                } else {
                    changed.awaitNanos(left);
                }
            }
            Batch batch = new Batch(gathered, end);
            gathered = new ArrayList<>();
            gatheredBytes = 0;
            changed.signalAll();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of text so far. */
    long bytes() {
        lock.lock();
        try {
            return text.bytes();
        } finally {
            lock.unlock();
        }
    }

    /** The message ended without us: what still comes is ignored. */
    void stop() {
        lock.lock();
        try {
            finish(new End.Stopped());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void text(String delta) {
        add(() -> text.add(delta));
    }

    @Override
    public void reasoning(String delta) {
        add(() -> reasoning(reasoning.add(delta)));
    }

    @Override
    public void completed(FinishReason reason, TokenUsage usage) {
        lock.lock();
        try {
            if (end == null) {
                gather(reasoning(reasoning.end()));
                gather(text.end());
                failIfTooLarge();
                finish(new End.Whole(new Completed(reason, text.chunks(), text.bytes(), text.sha256Hex(), usage)));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void failed(ModelFailure failure) {
        lock.lock();
        try {
            finish(new End.Broken(failure));
        } finally {
            lock.unlock();
        }
    }

    private static List<Reasoning> reasoning(List<String> pieces) {
        return pieces.stream().map(Reasoning::new).toList();
    }

    private void add(Supplier<List<? extends ResponseEntry>> entries) {
        lock.lock();
        try {
            while (end == null && gatheredBytes > MAX_GATHERED && Thread.currentThread() != runner) {
                changed.awaitUninterruptibly();
            }
            if (end != null) {
                return;
            }
            gather(entries.get());
            failIfTooLarge();
        } finally {
            lock.unlock();
        }
    }

    private void gather(List<? extends ResponseEntry> entries) {
        for (ResponseEntry entry : entries) {
            gathered.add(entry);
            gatheredBytes += switch (entry) {
                case ResponseEntry.Text piece -> PIECE_BYTES + piece.text().length();
                case Reasoning piece -> PIECE_BYTES + piece.text().length();
                default -> 0;
            };
        }
        changed.signalAll();
    }

    private void failIfTooLarge() {
        if (text.tooLarge()) {
            finish(new End.Broken(ModelFailure.lasting(
                    FailureReason.ANSWER_TOO_LARGE,
                    "the answer grew beyond " + AnswerText.MAX_BYTES + " bytes; ask for a shorter one")));
        }
    }

    private void finish(End how) {
        if (end == null) {
            end = how;
            changed.signalAll();
        }
    }
}
