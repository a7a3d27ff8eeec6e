package dev.meanwhile.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.testing.Log;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.testing.Refusals;
import dev.meanwhile.testing.ScriptedService;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.ResponseChunksResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A reader sees the same log whatever cuts its streams, and wherever. */
final class FollowCutTest {
    private static final Log LOG = new Log()
            .started("m")
            .text("m", "Grüße, ")
            .reasoning("m", "hm")
            .text("m", "Welt ")
            .text("m", "\ud83c\udf0d")
            .completed("m")
            .started("n")
            .text("n", "more")
            .failed("n");

    private final Patience patience = new Patience();
    private final Heard heard = new Heard();

    /** How a stream can end too early. */
    enum Cut {
        UNAVAILABLE,
        DRAINING_STATUS,
        BROKEN_HTTP2,
        OK_WITHOUT_CLOSING,
        DRAINING,
        CLOSING_OF_A_LATER_SERVER;

        void apply(long sent, StreamObserver<ResponseChunksResponse> answers) {
            switch (this) {
                case UNAVAILABLE -> answers.onError(Status.UNAVAILABLE.asRuntimeException());
                case DRAINING_STATUS -> answers.onError(Refusals.of(Status.Code.UNAVAILABLE, "DRAINING", Map.of()));
                case BROKEN_HTTP2 -> answers.onError(Status.INTERNAL.asRuntimeException());
                case OK_WITHOUT_CLOSING -> answers.onCompleted();
                case DRAINING -> close(ClosingReason.CLOSING_REASON_DRAINING_VALUE, sent, answers);
                case CLOSING_OF_A_LATER_SERVER -> close(77, sent, answers);
            }
        }

        private static void close(int reason, long sent, StreamObserver<ResponseChunksResponse> answers) {
            ResponseChunksResponse.Builder closing =
                    ScriptedService.closing(ClosingReason.CLOSING_REASON_DRAINING, sent).toBuilder();
            closing.getClosingBuilder().setReasonValue(reason);
            answers.onNext(closing.build());
            answers.onCompleted();
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLostOrDoubledByACutBehindAnyEntry(Cut cut) throws Exception {
        for (long at = 0; at <= LOG.lastSequence(); at++) {
            long sent = at;
            Heard reader = new Heard();
            ScriptedService service = new ScriptedService()
                    .stream((request, answers) -> {
                                answers.onNext(ScriptedService.started("e1"));
                                ScriptedService.send(LOG, request, sent, answers);
                                cut.apply(sent, answers);
                            })
                            .stream(ScriptedService.rest(LOG, "e1"));
            try (LoopbackServer server = LoopbackServer.of(service);
                    MeanwhileClient client = MeanwhileClient.connect(server.address(), "w", patience.config())) {
                LogFollower log = client.log(FollowRequest.session("s", Cursor.START), reader);
                assertEquals(FollowEnd.CAUGHT_UP, log.follow());
                assertEquals(new Cursor("e1", LOG.lastSequence()), log.position());
            }
            assertEquals(List.of("Grüße, ", "Welt ", "\ud83c\udf0d", "more"), reader.pieces);
            assertEquals(List.of("hm"), reader.reasoning);
            assertEquals(new AnswerEnd.Completed(LOG.entries().get(5).getCompleted(), true), reader.ends.get("m"));
            assertEquals(new AnswerEnd.Failed(LOG.entries().get(8).getFailed()), reader.ends.get("n"));
            assertEquals(2, service.streamed.size());
            assertEquals(sent, service.streamed.get(1).getAfterSequence());
            assertEquals("e1", service.streamed.get(1).getEpoch());
            assertEquals("w", service.streamed.get(1).getWorkspace());
            assertEquals(1, reader.cuts.size());
        }
    }

    @Test
    void aServerThatGoesAwayAndComesBackOnItsPortIsFoundAgain() throws Exception {
        AtomicReference<LoopbackServer> running = new AtomicReference<>();
        ScriptedService second = new ScriptedService().stream(ScriptedService.rest(LOG, "e1"));
        ScriptedService first = new ScriptedService().stream((request, answers) -> {
            answers.onNext(ScriptedService.started("e1"));
            ScriptedService.send(LOG, request, 4, answers);
        });
        running.set(LoopbackServer.of(first));
        ServerAddress address = running.get().address();
        Heard reader = new Heard();
        // Its pauses are where the server is away: it comes back in the third.
        Sleeper sleeper = pause -> {
            if (reader.cuts.size() == 3) {
                running.set(LoopbackServer.of(second, address.port()));
            }
        };
        ClientConfig config = new ClientConfig(
                Duration.ofSeconds(30), Backoff.ofCalls(), Backoff.ofStreams(), sleeper, new java.util.Random(1));
        try (MeanwhileClient client = MeanwhileClient.connect(address, "", config)) {
            LogListener killer = new Forwarding(reader) {
                @Override
                public void text(String messageId, String text) {
                    super.text(messageId, text);
                    if (text.equals("Welt ")) {
                        running.get().close();
                    }
                }
            };
            assertEquals(
                    FollowEnd.CAUGHT_UP,
                    client.log(FollowRequest.session("s", Cursor.START), killer).follow());
        } finally {
            running.get().close();
        }
        assertEquals(List.of("Grüße, ", "Welt ", "\ud83c\udf0d", "more"), reader.pieces);
        assertTrue(reader.cuts.stream().anyMatch(RpcError::isNoServer), "it was away for a while");
    }

    /** Fails (by waiting for ever) if silence is not taken for a cut: the first stream never ends. */
    @Test
    void threeHeartbeatsMissingAreACut() throws Exception {
        ScriptedService service = new ScriptedService().heartbeat(Duration.ofMillis(30)).stream((request, answers) -> {
            answers.onNext(ScriptedService.started("e1"));
            answers.onNext(ScriptedService.heartbeat(6));
        });
        // More than one, since on a busy machine a stream that is well may look silent too.
        for (int i = 0; i < 50; i++) {
            service.stream(ScriptedService.rest(LOG, "e1"));
        }
        run(service, FollowRequest.message("s", "n", Cursor.START));
        assertTrue(service.streamed.size() > 1);
        assertTrue(service.streamed.getLast().getAfterSequence() >= 6, "a heartbeat's sequence is a cursor");
        assertEquals(List.of("more"), heard.pieces);
        assertTrue(heard.cuts.getFirst().getMessage().contains("90 ms"), heard.cuts.getFirst()::getMessage);
    }

    @Test
    void pausesGrowWithoutProgressAndBeginAnewWithIt() throws Exception {
        ScriptedService service = new ScriptedService();
        for (int i = 0; i < 10; i++) {
            service.stream((request, answers) -> answers.onError(Status.UNAVAILABLE.asRuntimeException()));
        }
        service.stream((request, answers) -> {
                    answers.onNext(ScriptedService.started("e1"));
                    ScriptedService.send(LOG, request, 1, answers);
                    answers.onCompleted();
                })
                .stream(ScriptedService.rest(LOG, "e1"));
        run(service, FollowRequest.session("s", Cursor.START));
        assertEquals(11, patience.asked.size());
        long step = 100;
        for (Duration pause : patience.asked.subList(0, 10)) {
            assertTrue(pause.toMillis() >= step / 2 && pause.toMillis() <= step, pause + " is no step of " + step);
            step = Math.min(step * 2, 10_000);
        }
        assertTrue(patience.asked.getLast().toMillis() <= 100, "progress was made before: " + patience.asked);
    }

    @Test
    void whatWasToldIsNotToldAgainIfAServerSendsItTwice() throws Exception {
        run(
                new ScriptedService().stream((request, answers) -> {
                    answers.onNext(ScriptedService.started("e1"));
                    ScriptedService.send(LOG, request, 4, answers);
                    ScriptedService.send(LOG, request, Long.MAX_VALUE, answers);
                    answers.onNext(ScriptedService.closing(ClosingReason.CLOSING_REASON_CAUGHT_UP, 9));
                    answers.onCompleted();
                }),
                FollowRequest.session("s", Cursor.START));
        assertEquals(List.of("Grüße, ", "Welt ", "\ud83c\udf0d", "more"), heard.pieces);
    }

    private void run(ScriptedService service, FollowRequest wanted) throws InterruptedException {
        try (LoopbackServer server = LoopbackServer.of(service);
                MeanwhileClient client = MeanwhileClient.connect(server.address(), "", patience.config())) {
            client.log(wanted, heard).follow();
        }
    }
}
