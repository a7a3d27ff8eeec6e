package dev.meanwhile.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.testing.Log;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.testing.Refusals;
import dev.meanwhile.testing.ScriptedService;
import dev.meanwhile.v1.ClosingReason;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a reader does when the server says no, or says that the log is another one. */
final class FollowRefusedTest {
    private final Patience patience = new Patience();
    private final Heard heard = new Heard();

    @Test
    void anotherEpochDropsEverythingAndStartsAtTheBeginning() throws Exception {
        anotherLog(Refusals.of(Status.Code.FAILED_PRECONDITION, "EPOCH_CHANGED", Map.of("epoch", "e2")));
    }

    @Test
    void aCursorBeyondTheEndDropsEverythingAndStartsAtTheBeginning() throws Exception {
        anotherLog(Refusals.of(Status.Code.OUT_OF_RANGE, "CURSOR_AHEAD", Map.of("epoch", "e2")));
    }

    private void anotherLog(RuntimeException refusal) throws InterruptedException {
        Log old = new Log().started("m").text("m", "old").text("m", "old");
        Log now = new Log().started("m").text("m", "new").completed("m");
        ScriptedService service = new ScriptedService()
                .stream((request, answers) -> {
                            answers.onNext(ScriptedService.started("e1"));
                            ScriptedService.send(old, request, 3, answers);
                            answers.onError(Status.UNAVAILABLE.asRuntimeException());
                        })
                        .stream((request, answers) -> answers.onError(refusal))
                        .stream(ScriptedService.rest(now, "e2"));
        assertEquals("new", answer(service, Cursor.START).text());
        assertEquals(1, heard.dropped);
        assertEquals("new", heard.texts.get("m"));
        assertEquals(3, service.streamed.get(1).getAfterSequence());
        assertEquals(0, service.streamed.get(2).getAfterSequence());
        assertEquals("e2", service.streamed.get(2).getEpoch());
    }

    @Test
    void anotherEpochIsNoticedAlsoWhenOnlyTheStreamTells() throws Exception {
        Log now = new Log().started("m").text("m", "new").completed("m");
        ScriptedService service =
                new ScriptedService().stream(ScriptedService.rest(now, "e2")).stream(ScriptedService.rest(now, "e2"));
        assertEquals("new", answer(service, new Cursor("e1", 1)).text());
        assertEquals(1, heard.dropped);
        assertEquals(0, service.streamed.get(1).getAfterSequence());
    }

    @Test
    void aDeletedSessionEndsIt() throws Exception {
        ScriptedService service = new ScriptedService().stream((request, answers) -> {
            answers.onNext(ScriptedService.started("e1"));
            answers.onNext(ScriptedService.closing(ClosingReason.CLOSING_REASON_SESSION_DELETED, 0));
            answers.onCompleted();
        });
        assertEquals(new AnswerEnd.Gone(), answer(service, Cursor.START).end());
        assertTrue(patience.asked.isEmpty());
    }

    @Test
    void aRefusalIsNotTriedAgain() {
        for (Status.Code code : List.of(Status.Code.NOT_FOUND, Status.Code.DATA_LOSS, Status.Code.INVALID_ARGUMENT)) {
            ScriptedService service = new ScriptedService()
                    .stream((request, answers) -> answers.onError(Refusals.of(code, "SOME_REASON", Map.of("k", "v"))));
            RpcError error = assertThrows(RpcError.class, () -> log(service));
            assertEquals(code, error.code());
            assertEquals(1, service.streamed.size());
            assertTrue(patience.asked.isEmpty());
        }
    }

    @Test
    void nobodyAtTheAddressIsSaidAtOnce() {
        try (MeanwhileClient client = MeanwhileClient.connect(LoopbackServer.nowhere(), "", patience.config())) {
            LogFollower log = client.log(FollowRequest.session("s", Cursor.START), heard);
            assertTrue(assertThrows(RpcError.class, log::follow).isNoServer());
        }
        assertTrue(patience.asked.isEmpty());
    }

    /** With one type for both, the entry would be told again for ever. */
    @Test
    void aFailureOfTheListenersOwnCallsIsNotTakenForACut() {
        Log log = new Log().started("m").text("m", "x").completed("m");
        ScriptedService service = new ScriptedService().stream(ScriptedService.rest(log, "e1"));
        LogListener failing = new Forwarding(heard) {
            @Override
            public void text(String messageId, String text) {
                throw RpcError.cut("of another call");
            }
        };
        try (LoopbackServer server = LoopbackServer.of(service);
                MeanwhileClient client = MeanwhileClient.connect(server.address(), "", patience.config())) {
            LogFollower follower = client.log(FollowRequest.session("s", Cursor.START), failing);
            RpcError error = assertThrows(RpcError.class, follower::follow);
            assertEquals("of another call", error.getMessage());
            assertEquals(1, follower.position().sequence(), "what was not heard does not count as seen");
        }
        assertFalse(service.streamed.size() > 1, "it was taken for a cut");
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

    /** Red if it is followed for ever, as a server that was there before. */
    @Test
    @Timeout(20)
    void aPortThatSaysNothingIsGivenUpIfItWasNeverConnected() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                MeanwhileClient client = MeanwhileClient.connect(
                        new ServerAddress("127.0.0.1", silent.getLocalPort()),
                        "",
                        patience.config(Duration.ofSeconds(1)))) {
            LogFollower log = client.log(FollowRequest.session("s", Cursor.START), heard);
            RpcError error = assertThrows(RpcError.class, log::follow);
            assertEquals(Status.Code.DEADLINE_EXCEEDED, error.code());
            assertEquals("the server did not answer in time (DEADLINE_EXCEEDED)", error.getMessage());
            assertEquals(List.of(), patience.asked);
        }
    }
}
