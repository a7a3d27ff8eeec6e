package dev.meanwhile.server;

import static dev.meanwhile.server.ErrorDetails.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.AcknowledgeNotificationsRequest;
import dev.meanwhile.v1.MarkSessionReadRequest;
import dev.meanwhile.v1.MarkSessionReadResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.NotificationType;
import dev.meanwhile.v1.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P10 and the reading: what is unread and what is still to be acknowledged, in whatever order they are done. */
final class ReadingTest {
    @TempDir
    Path folder;

    /**
     * 60 of the 720 orders. Planted, each found red: acknowledging moves the read cursor; reading acknowledges only what is newer than the
     * newest acknowledged; a repeated acknowledgement counted down again.
     */
    @Test
    void p10CountsAreRightInAnyOrderOfReadingAndAcknowledging() throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            UserCalls calls = new UserCalls(server);
            List<List<Integer>> orders = permutations(List.of(0, 1, 2, 3, 4, 5));
            Collections.shuffle(orders, new Random(7));
            for (int round = 0; round < 60; round++) {
                String session = "s" + round;
                server.session(session);
                List<String> messages = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    messages.add(calls.submit(session, "hello"));
                }
                calls.awaitEnds(session, messages.toArray(String[]::new));
                List<Notification> news = calls.notifications(session).reversed();
                long read = 0;
                Set<Integer> pending = new HashSet<>(Set.of(0, 1, 2));
                for (int step : orders.get(round)) {
                    int which = step % 3;
                    long through = news.get(which).getTerminalSequence();
                    for (int twice = 0; twice < 2; twice++) {
                        if (step < 3) {
                            int expected = pending.remove(which) ? 1 : 0;
                            assertEquals(
                                    expected, calls.acknowledge(news.get(which).getNumber()));
                        } else {
                            read = Math.max(read, through);
                            int before = pending.size();
                            pending.removeIf(one -> news.get(one).getTerminalSequence() <= through);
                            MarkSessionReadResponse answer = calls.read(session, through);
                            assertEquals(before - pending.size(), answer.getAcknowledgedNotifications());
                            assertEquals(read, answer.getSession().getReadSequence());
                        }
                        long cursor = read;
                        Session now = calls.session(session);
                        String state = orders.get(round) + " at " + step;
                        assertEquals(cursor, now.getReadSequence(), state);
                        assertEquals(pending.size(), now.getPendingNotifications(), state);
                        assertEquals(
                                news.stream()
                                        .filter(one -> one.getTerminalSequence() > cursor)
                                        .count(),
                                now.getUnreadMessages(),
                                state);
                        assertEquals(
                                pending.size(), calls.notifications(session).size(), state);
                    }
                }
            }
        }
    }

    /** Planted: only one command's worth of ended messages read; found red. */
    @Test
    void readingAndAcknowledgingManyAtOnce() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            UserCalls calls = new UserCalls(server);
            calls.pause();
            server.session("read");
            server.session("acknowledge");
            for (String session : List.of("read", "acknowledge")) {
                for (int i = 0; i < 450; i++) {
                    calls.submit(session, "never mind");
                }
                assertEquals(450, calls.cancelQueued(session));
                assertEquals(450, calls.session(session).getUnreadMessages());
            }
            MarkSessionReadResponse read = calls.read("read", 449);
            assertEquals(449, read.getAcknowledgedNotifications());
            assertEquals(1, read.getSession().getUnreadMessages());
            assertEquals(1, read.getSession().getPendingNotifications());
            assertEquals(449, read.getSession().getReadSequence());
            List<Notification> left = calls.notifications("read");
            assertEquals(450, left.getFirst().getTerminalSequence());
            assertEquals(
                    NotificationType.NOTIFICATION_TYPE_MESSAGE_CANCELLED,
                    left.getFirst().getType());

            long[] numbers = LongStream.rangeClosed(1, 1_000).toArray();
            assertEquals(451, calls.acknowledge(numbers), "the rest of one, all of the other; unknown ones skipped");
            assertEquals(0, calls.acknowledge(numbers));
            assertEquals(450, calls.session("acknowledge").getUnreadMessages());
            assertEquals(0, calls.session("acknowledge").getPendingNotifications());
        }
    }

    /** Planted: a number that stands twice in one call counted twice; found red. */
    @Test
    void aNumberTwiceInOneCallCountsOnce() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            Message message = calls.message(calls.submit("one", "hello")).getMessage();
            model.next().complete();
            calls.awaitEnds("one", message.getMessageId());
            assertEquals(1, calls.acknowledge(1, 1, 99));
            assertEquals(0, calls.session("one").getPendingNotifications());
            assertEquals(1, calls.session("one").getUnreadMessages(), "the cursor stays");
            assertTrue(calls.explain(message.getMessageId()).getNotify().hasAcknowledgeTime());
        }
    }

    /** Planted: the cursor moved before the epoch was checked; found red. */
    @Test
    void aCursorOfAnotherEpochOrBeyondTheEndChangesNothing() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            String message = calls.submit("one", "hello");
            model.next().complete();
            calls.awaitEnds("one", message);
            Session before = calls.session("one");
            MarkSessionReadRequest all = MarkSessionReadRequest.newBuilder()
                    .setSessionId("one")
                    .setThroughSequence(before.getLastSequence())
                    .build();
            ErrorDetails.Refused changed = refused(
                    "EPOCH_CHANGED",
                    () -> server.users()
                            .markSessionRead(all.toBuilder().setEpoch("another").build()));
            assertEquals(before.getEpoch(), changed.metadata().get("epoch"));
            ErrorDetails.Refused ahead = refused(
                    "CURSOR_AHEAD",
                    () -> server.users()
                            .markSessionRead(all.toBuilder()
                                    .setThroughSequence(before.getLastSequence() + 1)
                                    .build()));
            assertEquals("3", ahead.metadata().get("sequence"));
            assertEquals("2", ahead.metadata().get("last_sequence"));
            refused(
                    "EPOCH_CHANGED",
                    () -> server.users()
                            .markSessionRead(all.toBuilder()
                                    .setEpoch("another")
                                    .setThroughSequence(99)
                                    .build()));
            refused(
                    "INVALID_FIELD",
                    () -> server.users()
                            .acknowledgeNotifications(AcknowledgeNotificationsRequest.newBuilder()
                                    .addNumbers(1)
                                    .addNumbers(0)
                                    .build()));
            assertEquals(before, calls.session("one"));
            server.users()
                    .markSessionRead(all.toBuilder().setEpoch(before.getEpoch()).build());
            assertEquals(0, calls.session("one").getUnreadMessages());
        }
    }

    /** Planted: the cursor of a closed session can't be moved; found red. */
    @Test
    void aClosedSessionCanBeReadAndWhatEndsLaterIsUnread() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            String message = calls.submit("one", "hello");
            ScriptedModel.Call call = model.next();
            calls.close("one", false);
            assertEquals(0, calls.read("one", 0).getSession().getUnreadMessages());
            try (Tail tail = Tail.follow(server, "one", 0)) {
                call.text("answer");
                calls.read("one", tail.text(1).getSequence());
                call.complete();
                long end = tail.terminal(message).getSequence();
                assertEquals(1, calls.session("one").getUnreadMessages());
                assertEquals(1, calls.read("one", end).getAcknowledgedNotifications());
                assertEquals(0, calls.session("one").getUnreadMessages());
            }
        }
    }

    private static List<List<Integer>> permutations(List<Integer> of) {
        if (of.isEmpty()) {
            return new ArrayList<>(List.of(List.of()));
        }
        List<List<Integer>> all = new ArrayList<>();
        for (Integer first : of) {
            List<Integer> rest = new ArrayList<>(of);
            rest.remove(first);
            for (List<Integer> tail : permutations(rest)) {
                List<Integer> one = new ArrayList<>(List.of(first));
                one.addAll(tail);
                all.add(one);
            }
        }
        return all;
    }
}
