package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Timestamp;
import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.FailureReason;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.ModelHold;
import dev.meanwhile.v1.QueueStage;
import dev.meanwhile.v1.WorkerStage;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class WaitWordsTest {
    /** Planted: only the retry time looked at; then an attempt that failed long ago "runs". */
    @Test
    void anAttemptThatIsDueAndNotBegunDoesNotRun() {
        Timestamp ended = Timestamp.newBuilder().setSeconds(1_000).build();
        ExplainMessageResponse life = ExplainMessageResponse.newBuilder()
                .setMessage(Message.newBuilder()
                        .setState(MessageState.MESSAGE_STATE_RUNNING)
                        .setAttempts(4)
                        .setModel("m"))
                .setWorker(WorkerStage.newBuilder()
                        .addAttempts(Attempt.newBuilder().setNumber(4).setEndTime(ended)))
                .setQueue(QueueStage.newBuilder()
                        .setPosition(1)
                        .setModelHold(ModelHold.newBuilder()
                                .setReason(FailureReason.FAILURE_REASON_PROVIDER_UNAVAILABLE)
                                .setFailuresInRow(2)
                                .setUntilTime(Timestamp.newBuilder().setSeconds(1_060))))
                .build();
        Cli cli = new Cli(Captured.pipe("").shell());
        assertEquals(
                "attempt 4 failed: ; model m does not answer (provider unavailable, 2 in a row), so nothing is started on it;"
                        + " next try in 60 s",
                WaitWords.of(life, Instant.ofEpochSecond(1_000), cli)
                        .orElseThrow()
                        .words());
    }
}
