package dev.meanwhile.server.grpc;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.ResponseEntry.AttemptReset;
import dev.meanwhile.server.domain.ResponseEntry.Cancelled;
import dev.meanwhile.server.domain.ResponseEntry.Completed;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.server.domain.ResponseEntry.Reasoning;
import dev.meanwhile.server.domain.ResponseEntry.Started;
import dev.meanwhile.server.domain.ResponseEntry.Text;
import dev.meanwhile.v1.AnswerCancelled;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.AnswerFailed;
import dev.meanwhile.v1.AnswerStarted;
import dev.meanwhile.v1.ReasoningChunk;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.TextChunk;

/** Maps the entries of a log. */
final class EntryProtos {
    private EntryProtos() {}

    static ResponseEntry entry(LogEntry entry) {
        ResponseEntry.Builder proto =
                ResponseEntry.newBuilder().setSequence(entry.sequence()).setMessageId(entry.messageId());
        switch (entry.entry()) {
            case Started started ->
                proto.setStarted(
                        AnswerStarted.newBuilder().setAttempt(started.attempt()).setModel(started.model()));
            case Text text ->
                proto.setText(TextChunk.newBuilder().setText(text.text()).setChunkIndex(text.chunkIndex()));
            case Reasoning reasoning ->
                proto.setReasoning(ReasoningChunk.newBuilder().setText(reasoning.text()));
            case AttemptReset reset ->
                proto.setAttemptReset(dev.meanwhile.v1.AttemptReset.newBuilder()
                        .setAttempt(reset.attempt())
                        .setCause(Protos.failure(reset.cause())));
            case Completed completed ->
                proto.setCompleted(AnswerCompleted.newBuilder()
                        .setFinishReason(Protos.finish(completed.finishReason()))
                        .setChunkCount(completed.chunkCount())
                        .setByteCount(completed.byteCount())
                        .setSha256(completed.sha256())
                        .setUsage(Protos.usage(completed.usage())));
            case Failed failed ->
                proto.setFailed(AnswerFailed.newBuilder()
                        .setReason(Protos.failure(failed.reason()))
                        .setMessage(failed.message())
                        .setAttempts(failed.attempts()));
            case Cancelled cancelled ->
                proto.setCancelled(AnswerCancelled.newBuilder()
                        .setCause(Protos.cause(cancelled.cause()))
                        .setInterruptingMessageId(Protos.orEmpty(cancelled.interruptingMessageId())));
        }
        return proto.build();
    }
}
