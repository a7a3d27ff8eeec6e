package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.ResponseEntry.Completed;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.server.llm.Prompt;
import dev.meanwhile.server.queue.MessageQueue;
import dev.meanwhile.server.queue.ModelHolds;
import dev.meanwhile.server.responses.FencedException;
import dev.meanwhile.server.responses.ResponseLog;
import dev.meanwhile.server.store.CorruptTextException;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Transaction;
import dev.meanwhile.server.telemetry.GuideLog;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Runs one attempt: iterates the model's output into the log, and ends the message or schedules its retry. */
final class MessageRunner {
    private final ResponseLog log;
    private final MessageQueue queue;
    private final Map<String, RunnableModel> models;
    private final WorkerConfig config;
    private final RetryPolicy retries;
    private final ModelHolds holds;
    private final Runnable moreToClaim;
    private final PromptBuilder prompts;

    MessageRunner(
            Storage storage,
            ResponseLog log,
            MessageQueue queue,
            Map<String, RunnableModel> models,
            WorkerConfig config,
            RetryPolicy retries,
            ModelHolds holds,
            Runnable moreToClaim) {
        this.log = log;
        this.queue = queue;
        this.models = models;
        this.config = config;
        this.retries = retries;
        this.holds = holds;
        this.moreToClaim = moreToClaim;
        this.prompts = new PromptBuilder(storage);
    }

    /** Returns when the attempt is over and its call closed. */
    void run(Lease lease) throws InterruptedException {
        try {
            attempt(lease);
        } catch (FencedException e) {
            tellFenced(lease);
        } catch (RuntimeException e) {
            try {
                giveUp(lease, e);
            } catch (FencedException ended) {
                tellFenced(lease);
            }
        }
    }

    private void giveUp(Lease lease, RuntimeException e) throws InterruptedException {
        fail(lease, List.of(), failureOf(lease, e), refusal -> {});
    }

    private static ModelFailure failureOf(Lease lease, RuntimeException e) {
        if (e instanceof Refusal refusal && StoreRetry.passes(refusal)) {
            return ModelFailure.fault(
                    FailureReason.INTERNAL, "the server's store took nothing for too long; try again");
        }
        ServiceLog.unexpected("attempt " + lease.attempt() + " of message " + lease.messageId(), e);
        String text = e instanceof CorruptTextException
                ? String.valueOf(e.getMessage())
                : "a fault of the server; its log has the details";
        return new ModelFailure(FailureReason.INTERNAL, false, false, null, text);
    }

    private static void tellFenced(Lease lease) {
        if (!lease.stop().raised()) {
            ServiceLog.fencedWrite(lease.sessionId(), lease.attempt());
        }
    }

    private void attempt(Lease lease) throws InterruptedException {
        RunnableModel model = Objects.requireNonNull(models.get(lease.model()));
        AnswerBuffer buffer = new AnswerBuffer(lease);
        lease.stop().onRaise(buffer::stop);
        long deadline = System.nanoTime() + config.totalTimeout().toNanos();
        Prompt prompt = StoreRetry.get(lease, () -> prompts.build(lease, model.window()), until(deadline));
        GuideLog.calling(model.simulated(), lease.model(), lease.sessionId());
        holds.asked(lease.model());
        ModelCall call = model.language().start(prompt, buffer);
        try {
            boolean answered = false;
            boolean ended = false;
            while (!ended) {
                AnswerBuffer.Batch batch = buffer.take(deadline);
                if (!answered && isAnswer(batch)) {
                    answered = true;
                    tellAnswered(lease);
                }
                ended = write(lease, batch, buffer, until(deadline), refusal -> call.cancel());
            }
        } finally {
            call.cancel();
            buffer.stop(); // a model that waits for room must not wait for ever
        }
    }

    /** A call that was stopped says nothing of its provider. */
    private static boolean isAnswer(AnswerBuffer.Batch batch) {
        return batch.end() == null || batch.end() instanceof AnswerBuffer.End.Whole;
    }

    private void tellAnswered(Lease lease) {
        if (holds.answered(lease)) {
            moreToClaim.run();
        }
    }

    /** Whether that was the end. */
    private boolean write(
            Lease lease,
            AnswerBuffer.Batch batch,
            AnswerBuffer buffer,
            Consumer<Refusal> inTime,
            Consumer<Refusal> atEnd)
            throws InterruptedException {
        switch (batch.end()) {
            case null -> {
                Consumer<Refusal> told =
                        StoreRetry.once(() -> GuideLog.chunkFailed(firstChunk(batch), lease.sessionId()));
                StoreRetry.run(lease, () -> log.append(lease, batch.entries()), told.andThen(inTime));
                return false;
            }
            case AnswerBuffer.End.Whole(Completed completed) -> {
                GuideLog.sendingResponse(lease.sessionId(), completed.byteCount());
                StoreRetry.run(
                        lease,
                        () -> log.end(lease, (tx, session, message) -> {
                            tx.afterCommit(() -> GuideLog.completed(lease.sessionId(), completed.chunkCount()));
                            return queue.end(tx, session, message, batch.entries(), completed);
                        }),
                        StoreRetry.once(() -> GuideLog.completionFailed(lease.sessionId()))
                                .andThen(atEnd));
            }
            case AnswerBuffer.End.Broken(ModelFailure failure) ->
                fail(lease, buffer.bytes() == 0 ? List.of() : batch.entries(), failure, atEnd);
            case AnswerBuffer.End.Stopped stopped -> {}
        }
        return true;
    }

    private void fail(Lease lease, List<ResponseEntry> lastEntries, ModelFailure failure, Consumer<Refusal> onTrouble)
            throws InterruptedException {
        Instant heldUntil = failure.outage() ? holds.outage(lease, failure.reason(), failure.retryAfter()) : null;
        StoreRetry.run(
                lease,
                () -> log.end(lease, (tx, session, message) -> {
                    Failed failed = new Failed(failure.reason(), failure.message(), message.attempts());
                    RetryPolicy.Next next = heldUntil == null
                            ? retries.afterFault(failure, message.faults(), tx.now())
                            : retries.afterOutage(
                                    message.faults(),
                                    heldUntil,
                                    othersWait(tx, lease.model()),
                                    Objects.requireNonNull(message.startTime()),
                                    tx.now());
                    return next == null
                            ? queue.end(tx, session, message, lastEntries, failed)
                            : queue.retry(tx, session, message, next.faults(), failed, next.due());
                }),
                StoreRetry.once(() -> GuideLog.completionFailed(lease.sessionId()))
                        .andThen(onTrouble));
    }

    /** For what an attempt writes while its call is open: in trouble beyond that time it is given up. */
    private static Consumer<Refusal> until(long deadline) {
        return refusal -> {
            if (System.nanoTime() - deadline >= 0) {
                throw refusal;
            }
        };
    }

    private static boolean othersWait(Transaction tx, String model) {
        return tx.heads().first(model, Priority.HIGH) != null || tx.heads().first(model, Priority.LOW) != null;
    }

    private static int firstChunk(AnswerBuffer.Batch batch) {
        for (ResponseEntry entry : batch.entries()) {
            if (entry instanceof ResponseEntry.Text text) {
                return text.chunkIndex();
            }
        }
        return 0;
    }
}
