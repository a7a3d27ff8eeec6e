package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.CloseSessionRequest;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.DeleteSessionRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P4: a reader goes on exactly behind its cursor, whatever it read with and however it was cut. */
final class ResumeTest {
    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private final List<String> messages = new ArrayList<>();

    /** Planted: a segment given out from its first entry; one entry skipped; the end of one message not seen. */
    @Test
    void p4FromEverySequenceWithAndWithoutMessageFollowingOrNotAndAfterARestart() throws Exception {
        List<ResponseEntry> log;
        try (TestServer server = TestServer.start(folder, model)) {
            log = fill(server);
            assertResumable(server, log);
        }
        try (TestServer again = TestServer.start(folder, model)) {
            assertResumable(again, log);
        }
    }

    /** Three messages with entries of their own, one of them cancelled in the middle of another. */
    private List<ResponseEntry> fill(TestServer server) throws Exception {
        server.session("s");
        LogStream live = LogStream.follow(server, "s");
        for (String text : List.of("one", "two", "three", "four")) {
            messages.add(server.submit("s", text).getMessageId());
        }
        ScriptedModel.Call call = model.next().text("a").text("b").text("c");
        List<ResponseEntry> log =
                new ArrayList<>(live.until(entry -> entry.getText().getText().equals("c")));
        Calls.cancel(server, messages.get(2));
        log.addAll(live.until(ResponseEntry::hasCancelled));
        call.text("x".repeat(20_000)).complete();
        log.addAll(live.until(ResponseEntry::hasCompleted));
        model.next().complete();
        log.addAll(live.until(ResponseEntry::hasCompleted));
        model.next().text("d").complete();
        log.addAll(live.until(ResponseEntry::hasCompleted));
        server.users()
                .closeSession(CloseSessionRequest.newBuilder().setSessionId("s").build());
        return log;
    }

    private void assertResumable(TestServer server, List<ResponseEntry> log) {
        List<String> wanted = new ArrayList<>(messages);
        wanted.add("");
        for (String message : wanted) {
            for (boolean follow : new boolean[] {false, true}) {
                for (int after = 0; after <= log.size(); after++) {
                    assertResumes(server, log, message, after, follow);
                }
            }
        }
    }

    private static void assertResumes(
            TestServer server, List<ResponseEntry> log, String message, int after, boolean follow) {
        ResponseChunksRequest request = LogStream.request("s")
                .setMessageId(message)
                .setAfterSequence(after)
                .setFollow(follow)
                .build();
        List<ResponseEntry> expected = log.subList(after, log.size()).stream()
                .filter(entry -> message.isEmpty() || entry.getMessageId().equals(message))
                .toList();
        LogStream.Rest rest = LogStream.open(server, request).rest();
        assertEquals(expected, rest.entries(), request::toString);
        boolean endedByItsMessage = !message.isEmpty() && !expected.isEmpty();
        if (endedByItsMessage) {
            assertEquals(
                    ClosingReason.CLOSING_REASON_UNSPECIFIED, rest.closing().getReason(), request::toString);
        } else {
            assertEquals(ClosingReason.CLOSING_REASON_CAUGHT_UP, rest.closing().getReason(), request::toString);
            assertEquals(log.size(), rest.closing().getResumeAfter());
        }
    }

    /** Planted: a heartbeat with the newest sequence at its sending instead of that of the read before it. */
    @Test
    void p4AHeartbeatsSequenceIsACursor() throws Exception {
        try (TestServer server = TestServer.start(folder, model, "--heartbeat=100ms")) {
            server.session("s");
            Message first = server.submit("s", "one");
            Message second = server.submit("s", "two");
            LogStream all = LogStream.follow(server, "s");
            LogStream one = LogStream.open(server, request(second, 0));
            ScriptedModel.Call call = model.next().text("a");
            List<ResponseEntry> seen = new ArrayList<>(all.until(ResponseEntry::hasText));
            assertEquals(2, heartbeat(all));
            assertEquals(2, heartbeat(all), "and again");
            long cursor = heartbeat(one); // nothing of its message yet: the cursor moves on nevertheless
            assertTrue(cursor <= 2);
            all.close();
            one.close();

            call.text("b").complete();
            model.next().text("c").complete();
            Calls.ended(server, second);
            List<ResponseEntry> log = LogStream.log(server, "s");
            assertEquals(7, log.size());
            LogStream rest = LogStream.open(
                    server,
                    LogStream.request("s").setAfterSequence(2).setFollow(true).build());
            seen.addAll(rest.until(entry -> entry.getSequence() == 7));
            assertEquals(log, seen);
            assertEquals(
                    log.subList(4, 7),
                    LogStream.open(server, request(second, cursor)).rest().entries());
            assertEquals(first.getMessageId(), log.get(3).getMessageId());
        }
    }

    /** Planted: a closing with the newest sequence instead of the cursor's. */
    @Test
    void p4TheClosingsSequenceIsACursorAcrossARestart() throws Exception {
        LogStream.Rest cut;
        Message message;
        try (TestServer server = TestServer.start(folder, model, "--drain=0")) {
            server.session("s");
            message = server.submit("s", "one");
            model.next().text("a");
            LogStream live = LogStream.follow(server, "s");
            ResponseEntry first = live.nextEntry();
            assertTrue(first.hasStarted());
            assertTrue(live.nextEntry().hasText());
            LogStream.Rest now =
                    LogStream.open(server, LogStream.request("s").build()).rest();
            assertEquals(2, now.closing().getResumeAfter());
            assertEquals(ClosingReason.CLOSING_REASON_CAUGHT_UP, now.closing().getReason());
            server.stop();
            cut = live.rest();
            assertEquals(ClosingReason.CLOSING_REASON_DRAINING, cut.closing().getReason());
        }
        try (TestServer server = TestServer.start(folder, model)) {
            model.next().text("b").complete();
            Calls.ended(server, message);
            List<ResponseEntry> log = LogStream.log(server, "s");
            List<ResponseEntry> rest = LogStream.open(
                            server,
                            LogStream.request("s")
                                    .setAfterSequence(cut.closing().getResumeAfter())
                                    .build())
                    .rest()
                    .entries();
            assertEquals(2 + cut.entries().size(), cut.closing().getResumeAfter());
            assertEquals(log.subList(2 + cut.entries().size(), log.size()), rest);
            assertTrue(log.get(2).hasAttemptReset());
            assertEquals(6, log.size());
        }
    }

    /** Planted: LogCursor that waits on in a deleted session. */
    @Test
    void p4ADeletedSessionEndsItsStreams() throws Exception {
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("s");
            Message message = server.submit("s", "one");
            LogStream all = LogStream.follow(server, "s");
            LogStream one = LogStream.open(server, request(message, 0));
            model.next().text("a");
            all.until(ResponseEntry::hasText);
            one.until(ResponseEntry::hasText);
            server.users()
                    .deleteSession(
                            DeleteSessionRequest.newBuilder().setSessionId("s").build());
            assertEquals(
                    ClosingReason.CLOSING_REASON_SESSION_DELETED,
                    all.rest().closing().getReason());
            assertEquals(
                    ClosingReason.CLOSING_REASON_SESSION_DELETED,
                    one.rest().closing().getReason());
        }
    }

    private static ResponseChunksRequest request(Message message, long after) {
        return LogStream.request("s")
                .setMessageId(message.getMessageId())
                .setAfterSequence(after)
                .setFollow(true)
                .build();
    }

    private static long heartbeat(LogStream stream) throws InterruptedException {
        ResponseChunksResponse message = stream.next();
        while (!message.hasHeartbeat()) {
            assertEquals(0, message.getEntries().getEntriesCount(), "entries where silence was to be");
            message = stream.next();
        }
        return message.getHeartbeat().getLastSequence();
    }
}
