package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.CancelQueuedMessagesRequest;
import dev.meanwhile.v1.CloseSessionRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.SwitchSessionRequest;
import dev.meanwhile.v1.SwitchSessionResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P3: sequences without gap, and the same bytes for every reader. */
final class ImmutableLogTest {
    @TempDir
    Path folder;

    /** Planted: a retry that removes the segments of the failed attempt; a failure without its attempt_reset. */
    @Test
    void p3SameBytesForEveryReaderLiveOrReplayedAndAfterARestart() throws Exception {
        ScriptedModel model = new ScriptedModel();
        SettableClock clock = new SettableClock();
        List<ResponseEntry> live;
        try (TestServer server = TestServer.start(folder, clock, List.of(model))) {
            server.session("s");
            LogStream follower = LogStream.follow(server, "s");
            live = writeEveryKind(server, model, clock, follower);
            server.users()
                    .closeSession(
                            CloseSessionRequest.newBuilder().setSessionId("s").build());
            assertEquals(List.of(), follower.rest().entries());
            assertGapless(live);
            for (long after = 0; after <= live.size(); after++) {
                assertEquals(live.subList((int) after, live.size()), replay(server, after), "after " + after);
            }
        }
        try (TestServer again = TestServer.start(folder, new ScriptedModel())) {
            assertEquals(live, replay(again, 0));
            assertEquals(live.subList(3, live.size()), replay(again, 3));
        }
    }

    /** Started, text, reasoning, a reset, a second attempt, a message cancelled in between, a failure. */
    private static List<ResponseEntry> writeEveryKind(
            TestServer server, ScriptedModel model, SettableClock clock, LogStream follower) throws Exception {
        List<ResponseEntry> seen = new ArrayList<>();
        server.submit("s", "first");
        Message waiting = server.submit("s", "cancelled in the queue");
        server.submit("s", "last");
        ScriptedModel.Call call = model.next().reasoning("hm").text("a\0b");
        seen.addAll(follower.until(ResponseEntry::hasText));
        Calls.cancel(server, waiting.getMessageId());
        seen.addAll(follower.until(ResponseEntry::hasCancelled));
        call.text("c").fail(ModelFailure.fault(FailureReason.PROVIDER_CUT, "cut"));
        seen.addAll(follower.until(ResponseEntry::hasAttemptReset));
        clock.advance(Duration.ofSeconds(1));
        Calls.wakeWorkers(server);
        model.next().text("second try ").text("\uD83D\uDE00").complete();
        seen.addAll(follower.until(ResponseEntry::hasCompleted));
        model.next().text("partial").fail(ModelFailure.lasting(FailureReason.PROVIDER_REJECTED, "no"));
        seen.addAll(follower.until(ResponseEntry::hasFailed));
        return seen;
    }

    /**
     * The terminal entries of messages cancelled in the queue stand between those of the answer that runs. More of them
     * than one read brings once hid the answer's own entries: readers went past them, and a switch never returned.
     * Planted: LogReader without its look-up of the interrupted message.
     */
    @Test
    void p3ManyQueueCancelledMessagesStandWithinARunningAnswer() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("front");
            server.session("s");
            server.submit("s", "long");
            submitMany(server, 300);
            LogStream live = LogStream.follow(server, "s");
            ScriptedModel.Call call = model.next().text("before ");
            List<ResponseEntry> entries = new ArrayList<>(live.until(ResponseEntry::hasText));
            server.users()
                    .cancelQueuedMessages(CancelQueuedMessagesRequest.newBuilder()
                            .setSessionId("s")
                            .build());
            while (entries.size() < 302) {
                entries.add(live.nextEntry());
            }
            assertEquals(entries, replay(server, 0), "while it runs");

            call.text("after").complete();
            entries.addAll(live.until(ResponseEntry::hasCompleted));
            assertGapless(entries);
            assertEquals(304, entries.size());
            assertEquals(
                    300, entries.stream().filter(ResponseEntry::hasCancelled).count());
            assertEquals(entries, replay(server, 0), "once it has ended");
            assertEquals(entries.subList(1, 304), replay(server, 1));

            SwitchSessionResponse switched = server.users()
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .switchSession(
                            SwitchSessionRequest.newBuilder().setSessionId("s").build());
            assertTrue(switched.getTruncated());
            assertEquals(100, switched.getTurnsCount());
        }
    }

    private static void assertGapless(List<ResponseEntry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            assertEquals(i + 1, entries.get(i).getSequence());
        }
    }

    private static List<ResponseEntry> replay(TestServer server, long after) {
        return LogStream.open(
                        server, LogStream.request("s").setAfterSequence(after).build())
                .rest()
                .entries();
    }

    private static void submitMany(TestServer server, int count) throws Exception {
        List<Future<SubmitMessageResponse>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(SessionServiceGrpc.newFutureStub(server.channel())
                    .submitMessage(SubmitMessageRequest.newBuilder()
                            .setSessionId("s")
                            .setText("queued " + i)
                            .build()));
        }
        for (Future<SubmitMessageResponse> answer : answers) {
            answer.get(60, TimeUnit.SECONDS);
        }
    }
}
