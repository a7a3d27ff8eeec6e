package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.client.AnswerEnd;
import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.AnswerFailed;
import dev.meanwhile.v1.AttemptReset;
import dev.meanwhile.v1.FailureReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AnswerPrinterTest {
    private static final AnswerEnd WHOLE = new AnswerEnd.Completed(
            AnswerCompleted.newBuilder().setChunkCount(2).setByteCount(7).build(), true);
    private static final AttemptReset RESET = AttemptReset.newBuilder()
            .setAttempt(1)
            .setCause(FailureReason.FAILURE_REASON_PROVIDER_CUT)
            .build();

    private final List<Cursor> ended = new ArrayList<>();

    @Test
    void aTerminalShowsEachPieceWhenItComes() {
        Captured shell = Captured.terminal();
        AnswerPrinter printer = new AnswerPrinter(shell.screen(), false, ended::add);
        printer.text("m", "one ");
        assertEquals("one ", shell.out());
        printer.text("m", "two");
        printer.ended("m", WHOLE, new Cursor("e", 4));
        assertEquals("one two\n", shell.out());
        assertTrue(shell.err().contains("completed: 2 chunks, 7 bytes, digest checked"), shell::err);
        assertEquals(List.of(new Cursor("e", 4)), ended);
    }

    @Test
    void aTerminalIsToldThatTextIsVoid() {
        Captured shell = Captured.terminal();
        AnswerPrinter printer = new AnswerPrinter(shell.screen(), false, ended::add);
        printer.text("m", "wrong");
        printer.dropText("m", RESET);
        printer.text("m", "right");
        printer.ended("m", WHOLE, Cursor.START);
        assertEquals(
                "wrong\n[attempt 1 failed (provider cut): its text above is void; another follows]\nright\n",
                shell.out());
    }

    /** A script that keeps our output must not get text that was taken back. */
    @Test
    void aPipeGetsOnlyWhatIsValidAtTheEnd() {
        Captured shell = Captured.pipe("");
        AnswerPrinter printer = new AnswerPrinter(shell.screen(), false, ended::add);
        printer.text("m", "wrong");
        printer.dropText("m", RESET);
        printer.text("m", "right");
        assertEquals("", shell.out());
        printer.ended("m", WHOLE, Cursor.START);
        assertEquals("right\n", shell.out());
        assertEquals("", shell.err());
    }

    /** What has gone into the pipe can't be taken back. Planted: silence; found red. */
    @Test
    void aPipeIsToldThatTheLogWasReplaced() {
        Captured shell = Captured.pipe("");
        AnswerPrinter printer = new AnswerPrinter(shell.screen(), true, ended::add);
        printer.text("m", "old");
        printer.dropEverything();
        assertEquals("", shell.out());
        assertEquals(
                "meanwhile: the log of this session was replaced: all that was printed of it is void;"
                        + " what there is now follows\n",
                shell.err());
    }

    /** Planted: said only where stdout is a terminal; found red. */
    @Test
    void whoeverWatchesAPipeIsToldOnceThatTheConnectionIsLost() {
        RpcError gone = assertThrows(RpcError.class, () -> {
            try (MeanwhileClient nobody = MeanwhileClient.connect(LoopbackServer.nowhere(), "")) {
                nobody.models();
            }
        });
        Captured shell = Captured.watchedPipe();
        AnswerPrinter printer = new AnswerPrinter(shell.screen(), false, ended::add);
        printer.cut(gone, Duration.ZERO);
        printer.cut(gone, Duration.ZERO);
        assertEquals(1, shell.err().split("connection lost", -1).length - 1, shell::err);
    }

    /** Planted: "worker lost", also where a person has stopped it; found red. */
    @Test
    void anAttemptThatEndedWithItsServerIsToldAsThat() {
        Captured shell = Captured.terminal();
        AnswerPrinter printer = new AnswerPrinter(shell.screen(), false, ended::add);
        printer.text("m", "half");
        printer.dropText(
                "m",
                RESET.toBuilder()
                        .setCause(FailureReason.FAILURE_REASON_WORKER_LOST)
                        .build());
        assertTrue(shell.out().contains("[attempt 1 failed (the server ended): "), shell::out);
    }

    @Test
    void eachMessageHasItsOwnFilterAndItsOwnLine() {
        Captured shell = Captured.terminal();
        AnswerPrinter printer = new AnswerPrinter(shell.screen(), true, ended::add);
        printer.text("a", "x\033[3");
        printer.text("b", "1m y");
        printer.text("a", "1mz");
        assertEquals("[message a]\nx\n[message b]\n1m y\n[message a]\nz", shell.out());
    }

    @Test
    void aFailureIsAnErrorAndItsWordsAreFiltered() {
        Captured shell = Captured.pipe("");
        AnswerPrinter printer = new AnswerPrinter(shell.screen(), false, ended::add);
        AnswerFailed failed = AnswerFailed.newBuilder()
                .setReason(FailureReason.FAILURE_REASON_PROVIDER_REJECTED)
                .setMessage("no\033[2J")
                .setAttempts(1)
                .build();
        printer.ended("m", new AnswerEnd.Failed(failed), Cursor.START);
        assertEquals("meanwhile: failed: provider rejected (no; 1 attempt)\n", shell.err());
    }
}
