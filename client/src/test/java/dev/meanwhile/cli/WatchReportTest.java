package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.v1.FailureReason;
import dev.meanwhile.v1.ListModelsRequest;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.ModelHold;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.WatchCaughtUp;
import dev.meanwhile.v1.WatchClosing;
import dev.meanwhile.v1.WatchHeartbeat;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import dev.meanwhile.v1.WorkspaceChanges;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What a watch says of a pause or a hold that begins while it runs. */
final class WatchReportTest {
    private static final Instant START = Instant.parse("2030-01-02T03:04:05Z");
    private static final String PAUSED =
            "the workers are paused, so nothing is started; end that with: bin/meanwhile resume\n";
    private static final String HELD =
            "model m does not answer (provider unavailable, 1 in a row), so nothing is started on it; next try in 8 s\n";

    private static final Session IDLE = Session.newBuilder()
            .setSessionId("s1")
            .setNumber(1)
            .setName("one")
            .setModel("m")
            .setState(SessionState.SESSION_STATE_OPEN)
            .build();

    private final Service service = new Service();
    private final LoopbackServer server = LoopbackServer.of(service);
    private final MeanwhileClient client = MeanwhileClient.connect(server.address(), "");
    private final Captured shell = Captured.pipe("");
    private Instant now = START;
    private WatchReport report = report(shell);

    @BeforeEach
    void begin() {
        begin(IDLE, IDLE.toBuilder().setSessionId("s2").setNumber(2).build());
        assertEquals(1, service.looks);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    /** Planted: told at each look; told once for ever; no look at a retry time. Each found red. */
    @Test
    void aHoldThatBeginsIsToldOnceAndTheNextOneAgain() {
        service.answer = held(START.plusSeconds(18));
        after(10, between());
        assertEquals(HELD, shell.err());
        after(10, between().toBuilder().setSessionId("s2").build());
        after(10, between().toBuilder().setQueuedMessages(1).build());
        assertEquals(HELD, shell.err());
        service.answer = ListModelsResponse.getDefaultInstance();
        after(10, running());
        service.answer = held(now.plusSeconds(18));
        after(10, between());
        assertEquals(HELD + HELD, shell.err());
    }

    /** Planted: no look at what is queued and not begun; red too if the end of the first pause goes unseen. */
    @Test
    void aPauseThatBeginsIsToldOnceAndTheNextOneAgain() {
        service.answer = paused();
        after(10, running());
        assertEquals("", shell.err(), "what runs goes on");
        after(10, queued(1));
        after(10, queued(2));
        assertEquals(PAUSED, shell.err());
        service.answer = ListModelsResponse.getDefaultInstance();
        after(10, running());
        service.answer = paused();
        after(10, queued(1));
        assertEquals(PAUSED + PAUSED, shell.err());
    }

    /** Planted: only what has changed makes a look due; found red. */
    @Test
    void whatOnlyWaitsIsToldOfAPauseToo() {
        after(10, queued(1));
        assertEquals("", shell.err());
        service.answer = paused();
        heartbeatAfter(15);
        assertEquals(PAUSED, shell.err());
        service.answer = ListModelsResponse.getDefaultInstance();
        heartbeatAfter(15);
        service.answer = paused();
        now = now.plusSeconds(15);
        begin(queued(1));
        assertEquals(PAUSED + PAUSED, shell.err(), "after another stream has begun");
        service.answer = ListModelsResponse.getDefaultInstance();
        heartbeatAfter(15);
        service.answer = paused();
        after(10, IDLE.toBuilder().setSessionId("s2").setRunningMessages(1).build());
        assertEquals(PAUSED + PAUSED + PAUSED, shell.err(), "behind the work of others");
    }

    /** Planted: a look at each heartbeat; one that is too early; none that tells of another cause. Each found red. */
    @Test
    void itLooksSeldomAndOnlyWhileSomethingWaitsOrMayHaveEnded() {
        service.answer = paused();
        after(1, queued(1));
        after(1, queued(2));
        assertEquals(1, service.looks);
        heartbeatAfter(1);
        assertEquals(1, service.looks);
        heartbeatAfter(2);
        assertEquals(2, service.looks);
        assertEquals(PAUSED, shell.err());
        heartbeatAfter(4);
        assertEquals(2, service.looks);
        heartbeatAfter(1);
        assertEquals(3, service.looks, "whether another cause has come");
        assertEquals(PAUSED, shell.err());
        service.answer = ListModelsResponse.getDefaultInstance();
        after(60, IDLE);
        assertEquals(4, service.looks, "whether it has ended");
        heartbeatAfter(60);
        after(60, running());
        heartbeatAfter(60);
        after(60, IDLE);
        heartbeatAfter(60);
        assertEquals(4, service.looks, "nothing waits");
    }

    /** Planted: a look; found red. */
    @Test
    void aServerThatStopsIsAskedNoMore() {
        after(10, queued(1));
        assertEquals(2, service.looks);
        now = now.plusSeconds(10);
        report.received(WatchWorkspaceResponse.newBuilder()
                .setClosing(WatchClosing.getDefaultInstance())
                .build());
        assertEquals(2, service.looks);
    }

    /** Planted: the patience of other calls; found red. */
    @Test
    void aLookHoldsUpWhatFollowsForAShortTimeOnly() {
        after(10, queued(1));
        assertTrue(service.patience.compareTo(Duration.ofSeconds(3)) <= 0, service.patience::toString);
    }

    /** Planted: an error that goes up, and so would count as a cut; found red. */
    @Test
    void aLookThatFailsIsNotToldOf() {
        service.fails = true;
        after(10, queued(1));
        assertEquals(2, service.looks);
        assertEquals("", shell.err());
        service.fails = false;
        service.answer = paused();
        after(10, queued(2));
        assertEquals(PAUSED, shell.err());
    }

    /** Planted: told beside JSON too; found red. */
    @Test
    void besideJsonNothingIsSaid() {
        Captured json = Captured.terminal();
        report = report(json, "--json");
        begin(IDLE);
        service.answer = paused();
        after(10, queued(1));
        assertEquals(1, service.looks);
        assertEquals("", json.err());
        assertEquals(3, json.out().lines().filter(line -> line.startsWith("{")).count());
        assertEquals(3, json.out().lines().count());
    }

    private WatchReport report(Captured captured, String... options) {
        InstantSource clock = () -> now;
        Shell given = captured.shell();
        Cli cli = new Cli(
                new Shell(given.screen(), given.in(), false, given.environment(), clock.withZone(ZoneOffset.UTC)));
        new CommandLine(cli).parseArgs(options);
        return new WatchReport(cli, TerminalNotice.OFF, Optional.empty(), false, new ModelNotes(client, cli));
    }

    private void begin(Session... sessions) {
        report.opened();
        report.received(changes(sessions));
        report.received(WatchWorkspaceResponse.newBuilder()
                .setCaughtUp(WatchCaughtUp.getDefaultInstance())
                .build());
    }

    private void after(int seconds, Session changed) {
        now = now.plusSeconds(seconds);
        report.received(changes(changed));
    }

    private void heartbeatAfter(int seconds) {
        now = now.plusSeconds(seconds);
        report.received(WatchWorkspaceResponse.newBuilder()
                .setHeartbeat(WatchHeartbeat.getDefaultInstance())
                .build());
    }

    private static WatchWorkspaceResponse changes(Session... sessions) {
        return WatchWorkspaceResponse.newBuilder()
                .setChanges(WorkspaceChanges.newBuilder().addAllSessions(List.of(sessions)))
                .build();
    }

    private static Session queued(int messages) {
        return IDLE.toBuilder().setQueuedMessages(messages).build();
    }

    private static Session running() {
        return IDLE.toBuilder().setRunningMessages(1).build();
    }

    private static Session between() {
        return running().toBuilder().setRetryTime(at(START)).build();
    }

    private static ListModelsResponse paused() {
        return ListModelsResponse.newBuilder().setWorkersPaused(true).build();
    }

    private static ListModelsResponse held(Instant until) {
        return ListModelsResponse.newBuilder()
                .addModels(Model.newBuilder()
                        .setName("m")
                        .setHold(ModelHold.newBuilder()
                                .setUntilTime(at(until))
                                .setReason(FailureReason.FAILURE_REASON_PROVIDER_UNAVAILABLE)
                                .setFailuresInRow(1)))
                .build();
    }

    private static Timestamp at(Instant time) {
        return Timestamp.newBuilder().setSeconds(time.getEpochSecond()).build();
    }

    /** Has the models that a test gives it. */
    private static final class Service extends SessionServiceGrpc.SessionServiceImplBase {
        private volatile ListModelsResponse answer = ListModelsResponse.newBuilder()
                .addModels(Model.newBuilder().setName("m"))
                .build();
        private volatile boolean fails;
        private volatile int looks;
        private volatile Duration patience = Duration.ZERO;

        @Override
        public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> answers) {
            looks++;
            patience = Duration.ofNanos(Context.current().getDeadline().timeRemaining(TimeUnit.NANOSECONDS));
            if (fails) {
                answers.onError(Status.INTERNAL.asRuntimeException());
                return;
            }
            answers.onNext(answer);
            answers.onCompleted();
        }
    }
}
