package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.util.Timestamps;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.SessionList;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.Turn;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a switch shows of the pieces that it gets; nothing is pending, so no server is asked. */
final class CatchUpTest {
    /** As the log has it when those that waited behind the first one were cancelled at once. Red in the log's order. */
    @Test
    void whatWasCancelledStandsInTheOrderOfAsking() {
        assertEquals("""
                > asked 1
                answer
                > asked 2
                [message m2: cancelled: unspecified]
                > asked 3
                [message m3: cancelled: unspecified]
                > asked 4
                answer
                """, shown(piece(false, answered(1), cancelled(3), cancelled(2), answered(4))));
    }

    /** Planted: sorted by the clock alone, and all turns of a piece; each found red. */
    @Test
    void neitherOneMomentNorAClockThatWasSetChangesIt() {
        assertEquals(
                """
                > asked 3
                answer
                > asked 1
                answer
                > asked 2
                [message m2: cancelled: unspecified]
                > asked 4
                [message m4: cancelled: unspecified]
                > asked 5
                [message m5: cancelled: unspecified]
                """, shown(piece(false, answered(3), answered(1), cancelled(5, 4), cancelled(4, 4), cancelled(2, 2))));
    }

    private static String shown(SwitchSessionResponse... pieces) {
        Captured shell = Captured.terminal();
        Cli cli = new Cli(shell.shell());
        try (MeanwhileClient client = MeanwhileClient.connect(LoopbackServer.nowhere(), "")) {
            CatchUp catchUp = new CatchUp(cli, new SessionList(List.of(), ""), new SessionWait(client, cli));
            List.of(pieces).forEach(catchUp::print);
        }
        return shell.out();
    }

    private static SwitchSessionResponse piece(boolean truncated, Turn... turns) {
        return SwitchSessionResponse.newBuilder()
                .addAllTurns(List.of(turns))
                .setTruncated(truncated)
                .build();
    }

    private static Turn answered(int number) {
        return turn(number, MessageState.MESSAGE_STATE_COMPLETED)
                .setAnswer("answer")
                .build();
    }

    private static Turn cancelled(int number) {
        return cancelled(number, number);
    }

    private static Turn cancelled(int number, long millis) {
        Turn.Builder turn = turn(number, MessageState.MESSAGE_STATE_CANCELLED);
        turn.getMessageBuilder().setAttempts(0).setCreateTime(Timestamps.fromMillis(millis));
        return turn.build();
    }

    private static Turn.Builder turn(int number, MessageState state) {
        return Turn.newBuilder()
                .setMessage(Message.newBuilder()
                        .setMessageId("m" + number)
                        .setState(state)
                        .setAttempts(1)
                        .setCreateTime(Timestamps.fromMillis(number))
                        .setFirstSequence(5)
                        .setTerminalSequence(9))
                .setText("asked " + number)
                .setAnswerThroughSequence(9);
    }
}
