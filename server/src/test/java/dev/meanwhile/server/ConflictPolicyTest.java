package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.ErrorInfo;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.CancelCause;
import dev.meanwhile.v1.ConflictPolicy;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.PauseWorkersRequest;
import dev.meanwhile.v1.ResponseEntry;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a submit does to a session that is busy, and that messages of a session run one after the other (P5). */
final class ConflictPolicyTest {
    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();

    /** Planted: every message its session's head from the start. */
    @Test
    void p5AMessageStartsOnlyOnceTheOneBeforeHasEnded() throws Exception {
        SettableClock clock = new SettableClock();
        try (TestServer server = TestServer.start(folder, clock, List.of(model))) {
            server.session("s");
            server.session("other");
            List<String> order = new ArrayList<>();
            for (String text : List.of("first", "second", "third")) {
                order.add(Calls.submit(server, "s", text, ConflictPolicy.CONFLICT_POLICY_ENQUEUE)
                        .getMessageId());
            }
            ScriptedModel.Call first = model.next().text("a");
            assertEquals("first", first.prompt().text());
            assertAlone(server);
            first.fail(ModelFailure.fault(FailureReason.PROVIDER_CUT, "cut"));
            first.cancelled().get(60, TimeUnit.SECONDS);
            assertAlone(server); // between attempts it still keeps its session busy
            clock.advance(Duration.ofSeconds(1));
            Calls.wakeWorkers(server);
            ScriptedModel.Call again = model.next().text("a");
            assertEquals("first", again.prompt().text());
            again.complete();
            for (String text : List.of("second", "third")) {
                ScriptedModel.Call call = model.next().text("b");
                assertEquals(text, call.prompt().text());
                assertAlone(server);
                call.complete();
            }
            LogStream.whole(server, "s", order.getLast());
            List<String> seen = LogStream.log(server, "s").stream()
                    .map(ResponseEntry::getMessageId)
                    .distinct()
                    .toList();
            assertEquals(order, seen);
            assertOneAfterTheOther(LogStream.log(server, "s"));
        }
    }

    /** Many at once in several sessions, all slots in use. Planted as above. */
    @Test
    void p5HoldsInManySessionsAtOnce() throws Exception {
        try (TestServer server = TestServer.start(folder, "--model.simulated.chunks=3", "--workers=4")) {
            List<Message> last = new ArrayList<>();
            for (int session = 0; session < 6; session++) {
                server.session("s" + session);
                for (int i = 0; i < 10; i++) {
                    Message message = server.submit("s" + session, "message " + i);
                    if (i == 9) {
                        last.add(message);
                    }
                }
            }
            for (Message message : last) {
                assertEquals(
                        MessageState.MESSAGE_STATE_COMPLETED,
                        Calls.ended(server, message).getState());
                List<ResponseEntry> log = LogStream.log(server, message.getSessionId());
                assertOneAfterTheOther(log);
                assertEquals(
                        10, log.stream().filter(ResponseEntry::hasCompleted).count());
            }
        }
    }

    /** Planted: REJECT that looks at running messages only. */
    @Test
    void rejectRefusesWhileAnythingIsUnendedAndEnqueuesOtherwise() throws Exception {
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("s");
            Message first = Calls.submit(server, "s", "one", ConflictPolicy.CONFLICT_POLICY_REJECT);
            ScriptedModel.Call call = model.next();
            assertBusy(server);
            server.operators().pauseWorkers(PauseWorkersRequest.getDefaultInstance());
            call.complete();
            Calls.ended(server, first);
            Message queued = Calls.submit(server, "s", "two", ConflictPolicy.CONFLICT_POLICY_REJECT);
            assertBusy(server);
            Calls.wakeWorkers(server);
            model.next().complete();
            Calls.ended(server, queued);
            Calls.submit(server, "s", "three", ConflictPolicy.CONFLICT_POLICY_REJECT);
            assertEquals("three", model.next().prompt().text());
        }
    }

    /** Planted: an interrupt that ends the queued ones too, or jumps before them. */
    @Test
    void interruptEndsWhatRunsAndQueuedOnesRunFirst() throws Exception {
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("s");
            Message running = server.submit("s", "running");
            Message queued = server.submit("s", "queued");
            ScriptedModel.Call call = model.next().text("partial");
            LogStream live = LogStream.follow(server, "s");
            live.until(ResponseEntry::hasText);
            Message interrupting = Calls.submit(server, "s", "interrupting", ConflictPolicy.CONFLICT_POLICY_INTERRUPT);

            // In the inserting transaction: it has ended when the submit answers.
            Message ended = Calls.message(server, running.getMessageId());
            assertEquals(MessageState.MESSAGE_STATE_CANCELLED, ended.getState());
            assertEquals(CancelCause.CANCEL_CAUSE_INTERRUPTED, ended.getCancelCause());
            assertEquals(interrupting.getMessageId(), ended.getInterruptingMessageId());
            ResponseEntry end = live.nextEntry();
            assertEquals(interrupting.getMessageId(), end.getCancelled().getInterruptingMessageId());
            assertEquals("partial", Calls.turn(server, running.getMessageId()).getAnswer());
            call.cancelled().get(60, TimeUnit.SECONDS);

            ScriptedModel.Call next = model.next();
            assertEquals("queued", next.prompt().text());
            next.complete();
            assertEquals(
                    MessageState.MESSAGE_STATE_COMPLETED,
                    Calls.ended(server, queued).getState());
            ScriptedModel.Call last = model.next();
            assertEquals("interrupting", last.prompt().text());
            last.complete();
            assertEquals(
                    MessageState.MESSAGE_STATE_COMPLETED,
                    Calls.ended(server, interrupting).getState());
            assertEquals(3, Calls.notifications(server).size());
        }
    }

    /** Planted: INTERRUPT that takes only a message with a lease for running. */
    @Test
    void interruptEndsAMessageThatWaitsForItsRetryAndLeavesAQueuedHead() throws Exception {
        try (TestServer server = TestServer.start(folder, new SettableClock(), List.of(model))) {
            server.session("s");
            Message retrying = server.submit("s", "retrying");
            ScriptedModel.Call call = model.next();
            call.fail(ModelFailure.fault(FailureReason.PROVIDER_CUT, "cut"));
            call.cancelled().get(60, TimeUnit.SECONDS);
            Message second = Calls.submit(server, "s", "second", ConflictPolicy.CONFLICT_POLICY_INTERRUPT);
            assertEquals(
                    MessageState.MESSAGE_STATE_CANCELLED,
                    Calls.message(server, retrying.getMessageId()).getState());
            ScriptedModel.Call next = model.next();
            assertEquals("second", next.prompt().text());
            server.operators().pauseWorkers(PauseWorkersRequest.getDefaultInstance());
            next.complete();
            Calls.ended(server, second);
            Message head = server.submit("s", "head");
            Calls.submit(server, "s", "third", ConflictPolicy.CONFLICT_POLICY_INTERRUPT);
            assertEquals(
                    MessageState.MESSAGE_STATE_QUEUED,
                    Calls.message(server, head.getMessageId()).getState());
            assertEquals(2, Calls.session(server, "s").getQueuedMessages());
        }
    }

    private static void assertBusy(TestServer server) {
        StatusRuntimeException refused = assertThrows(
                StatusRuntimeException.class,
                () -> Calls.submit(server, "s", "no", ConflictPolicy.CONFLICT_POLICY_REJECT));
        assertEquals(Status.Code.FAILED_PRECONDITION, refused.getStatus().getCode());
        ErrorInfo info = Objects.requireNonNull(StatusProto.fromThrowable(refused)).getDetailsList().stream()
                .filter(detail -> detail.is(ErrorInfo.class))
                .map(detail -> unpack(detail))
                .findFirst()
                .orElseThrow();
        assertEquals("SESSION_BUSY", info.getReason());
        assertEquals("s", info.getMetadataOrThrow("session_id"));
    }

    private static ErrorInfo unpack(com.google.protobuf.Any detail) {
        try {
            return detail.unpack(ErrorInfo.class);
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** Another session is served, so a message of this one would have been as well. */
    private void assertAlone(TestServer server) throws Exception {
        Message probe = server.submit("other", "probe");
        ScriptedModel.Call call = model.next();
        assertEquals("probe", call.prompt().text());
        call.complete();
        Calls.ended(server, probe);
        assertEquals(1, Calls.session(server, "s").getRunningMessages());
        assertEquals(0, model.waiting());
    }

    private static void assertOneAfterTheOther(List<ResponseEntry> log) {
        String running = "";
        for (ResponseEntry entry : log) {
            assertTrue(running.isEmpty() || running.equals(entry.getMessageId()), "began too early: " + entry);
            running = Calls.terminal(entry) ? "" : entry.getMessageId();
        }
        assertEquals("", running);
    }
}
