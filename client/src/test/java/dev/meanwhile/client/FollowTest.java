package dev.meanwhile.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.testing.Log;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.testing.ScriptedService;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.ResponseChunksResponse;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a reader makes of entries and controls. */
final class FollowTest {
    private final Patience patience = new Patience();
    private final Heard heard = new Heard();

    @Test
    void anAnswerEndsWithItsMessage() throws Exception {
        Log log = new Log().started("m").text("m", "one ").text("m", "two").completed("m");
        Answer answer = answer(new ScriptedService().stream(ScriptedService.rest(log, "e1")), Cursor.START);
        assertEquals("one two", answer.text());
        assertEquals(new AnswerEnd.Completed(log.truth("m"), true), answer.end());
        assertEquals(new Cursor("e1", 4), answer.through());
    }

    @Test
    void aDamagedAnswerIsNeverTakenForWhole() {
        Log log = new Log().started("m").text("m", "one ").text("m", "two");
        AnswerCompleted truth = log.truth("m");
        List<UnaryOperator<AnswerCompleted.Builder>> lies = List.of(
                c -> c.setSha256("0".repeat(64)),
                c -> c.setSha256(""),
                c -> c.setByteCount(c.getByteCount() + 1),
                c -> c.setChunkCount(c.getChunkCount() + 1));
        for (UnaryOperator<AnswerCompleted.Builder> lie : lies) {
            Log lying = new Log().started("m").text("m", "one ").text("m", "two");
            lying.completed("m", lie.apply(truth.toBuilder()).build());
            ScriptedService service = new ScriptedService().stream(ScriptedService.rest(lying, "e1"));
            assertThrows(DigestMismatchException.class, () -> answer(service, Cursor.START));
            assertTrue(heard.ends.isEmpty(), "the end was told");
        }
    }

    @Test
    void aLostChunkIsFound() {
        Log log = new Log().started("m").text("m", "one ").text("m", "two").completed("m");
        ScriptedService service = new ScriptedService().stream((request, answers) -> {
            answers.onNext(ScriptedService.started("e1"));
            answers.onNext(ScriptedService.entries(List.of(
                    log.entries().get(0), log.entries().get(1), log.entries().get(3))));
            answers.onCompleted();
        });
        assertThrows(DigestMismatchException.class, () -> answer(service, Cursor.START));
    }

    @Test
    void textBeforeAResetIsDroppedAndNotPartOfTheDigest() throws Exception {
        Log log = new Log()
                .started("m")
                .text("m", "wrong")
                .reset("m")
                .started("m")
                .text("m", "right")
                .completed("m");
        Answer answer = answer(new ScriptedService().stream(ScriptedService.rest(log, "e1")), Cursor.START);
        assertEquals("right", answer.text());
        assertEquals("right", heard.texts.get("m"));
        assertEquals(1, heard.resets);
        assertEquals(new AnswerEnd.Completed(log.truth("m"), true), answer.end());
    }

    @Test
    void aResetWithoutAnotherStartStillMakesTheNextTextWhole() throws Exception {
        Log log = new Log()
                .started("m")
                .text("m", "wrong")
                .reset("m")
                .text("m", "right")
                .completed("m");
        Answer answer = answer(new ScriptedService().stream(ScriptedService.rest(log, "e1")), Cursor.START);
        assertEquals(new AnswerEnd.Completed(log.truth("m"), true), answer.end());
    }

    @Test
    void messagesMayInterleave() throws Exception {
        Log log = new Log()
                .started("a")
                .text("a", "a1 ")
                .cancelled("waiting")
                .started("b")
                .text("b", "b1 ")
                .text("a", "a2")
                .completed("a")
                .text("b", "b2")
                .completed("b");
        log(new ScriptedService().stream(ScriptedService.rest(log, "e1")));
        assertEquals(Map.of("a", "a1 a2", "b", "b1 b2"), heard.texts);
        assertEquals(List.of("waiting", "a", "b"), List.copyOf(heard.ends.keySet()));
        assertEquals(new AnswerEnd.Completed(log.truth("b"), true), heard.ends.get("b"));
    }

    @Test
    void whoJoinsInTheMiddleIsToldThatNothingWasCompared() throws Exception {
        Log log = new Log().started("m").text("m", "one ").text("m", "two").completed("m");
        Answer answer = answer(new ScriptedService().stream(ScriptedService.rest(log, "e1")), new Cursor("e1", 2));
        assertEquals("two", answer.text());
        assertEquals(new AnswerEnd.Completed(log.truth("m"), false), answer.end());
    }

    @Test
    void kindsAndControlsOfALaterServerAreSkippedAndCounted() throws Exception {
        Log log = new Log()
                .started("m")
                .unknown("m")
                .text("m", "x")
                .unknown("other")
                .completed("m");
        ScriptedService service = new ScriptedService()
                .stream((request, answers) -> {
                            answers.onNext(ScriptedService.started("e1"));
                            answers.onNext(ResponseChunksResponse.getDefaultInstance());
                            ScriptedService.send(log, request, 2, answers);
                            answers.onError(Status.UNAVAILABLE.asRuntimeException());
                        })
                        .stream(ScriptedService.rest(log, "e1"));
        Answer answer = answer(service, Cursor.START);
        assertEquals("x", answer.text());
        assertEquals(2, service.streamed.get(1).getAfterSequence());
    }

    @Test
    void anEndOfAnUnknownKindIsAskedFor() throws Exception {
        Log log = new Log().started("m").text("m", "x").unknown("m");
        ScriptedService service = new ScriptedService()
                .stream(ScriptedService.rest(log, "e1")).stream((request, answers) -> {
                    answers.onNext(ScriptedService.started("e1"));
                    answers.onNext(ScriptedService.closing(ClosingReason.CLOSING_REASON_CAUGHT_UP, 3));
                    answers.onCompleted();
                });
        assertInstanceOf(AnswerEnd.Told.class, answer(service, Cursor.START).end());
        assertInstanceOf(AnswerEnd.Told.class, heard.ends.get("m"));
    }

    private Answer answer(ScriptedService service, Cursor after) throws InterruptedException {
        try (LoopbackServer server = LoopbackServer.of(service);
                MeanwhileClient client = MeanwhileClient.connect(server.address(), "", patience.config())) {
            return client.answer(FollowRequest.message("s", "m", after), heard).follow();
        }
    }

    private void log(ScriptedService service) throws InterruptedException {
        try (LoopbackServer server = LoopbackServer.of(service);
                MeanwhileClient client = MeanwhileClient.connect(server.address(), "", patience.config())) {
            client.log(FollowRequest.session("s", Cursor.START), heard).follow();
        }
    }
}
