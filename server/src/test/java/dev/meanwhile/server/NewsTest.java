package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.AcknowledgeNotificationsRequest;
import dev.meanwhile.v1.MarkSessionReadRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.NotificationType;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.SwitchSessionRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P10: each end is told once, in the same commit, and stays news until somebody says that it is not. */
final class NewsTest {
    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();

    /** Planted: no notification for what is cancelled in the queue; a second one for a failure; none in front. */
    @Test
    void p10EveryTerminalStatePostsExactlyOneNotificationThatStaysUntilAcknowledged() throws Exception {
        List<Notification> posted;
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("front");
            server.session("back");
            Message completed = server.submit("front", "completed");
            model.next().text("a").complete();
            Calls.ended(server, completed);
            Message failed = server.submit("back", "failed");
            Message queued = server.submit("back", "cancelled in the queue");
            Calls.cancel(server, queued.getMessageId());
            model.next().fail(ModelFailure.lasting(FailureReason.PROVIDER_REJECTED, "no"));
            Calls.ended(server, failed);
            Message running = server.submit("back", "cancelled while it runs");
            ScriptedModel.Call call = model.next();
            Calls.cancel(server, running.getMessageId());
            call.cancelled().get(60, TimeUnit.SECONDS);

            posted = Calls.notifications(server).reversed();
            assertEquals(
                    List.of(
                            NotificationType.NOTIFICATION_TYPE_MESSAGE_COMPLETED,
                            NotificationType.NOTIFICATION_TYPE_MESSAGE_CANCELLED,
                            NotificationType.NOTIFICATION_TYPE_MESSAGE_FAILED,
                            NotificationType.NOTIFICATION_TYPE_MESSAGE_CANCELLED),
                    posted.stream().map(Notification::getType).toList());
            assertEquals(
                    List.of(completed, queued, failed, running).stream()
                            .map(Message::getMessageId)
                            .toList(),
                    posted.stream().map(Notification::getMessageId).toList());
            for (Notification notification : posted) {
                Message message = Calls.message(server, notification.getMessageId());
                assertEquals(message.getTerminalSequence(), notification.getTerminalSequence());
                assertEquals(message.getRoute(), notification.getRoute());
                assertEquals(message.getEndTime(), notification.getCreateTime());
            }
            // Looking at it is not yet having read it.
            server.users()
                    .switchSession(SwitchSessionRequest.newBuilder()
                            .setSessionId("back")
                            .build());
            assertEquals(4, Calls.notifications(server).size());
        }
        try (TestServer server = TestServer.start(folder, model)) {
            assertEquals(posted.reversed(), Calls.notifications(server));
            assertEquals(1, acknowledge(server, posted.get(0).getNumber()));
            assertEquals(0, acknowledge(server, posted.get(0).getNumber()));
            assertEquals(posted.subList(1, 4).reversed(), Calls.notifications(server));
            assertEquals(3, Calls.session(server, "back").getPendingNotifications());
            long through = posted.get(2).getTerminalSequence();
            assertEquals(
                    2,
                    server.users()
                            .markSessionRead(MarkSessionReadRequest.newBuilder()
                                    .setSessionId("back")
                                    .setThroughSequence(through)
                                    .build())
                            .getAcknowledgedNotifications());
            assertEquals(posted.subList(3, 4), Calls.notifications(server));
            assertEquals(1, Calls.session(server, "back").getUnreadMessages());
        }
    }

    /**
     * Whoever sees the end in the log finds its news, at any moment. Planted: the notification in a transaction of its
     * own after the end.
     */
    @Test
    void p10TheEndAndItsNewsCommitTogether() throws Exception {
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("s");
            LogStream live = LogStream.follow(server, "s");
            for (int round = 0; round < 100; round++) {
                Message message = server.submit("s", "one");
                model.next().text("a").complete();
                live.until(ResponseEntry::hasCompleted);
                Notification newest = Calls.notifications(server).getFirst();
                assertEquals(message.getMessageId(), newest.getMessageId());
                assertEquals(round + 1, newest.getNumber());
            }
        }
    }

    /** Planted: a follower whose close cancels the message it follows. */
    @Test
    void p10ClosingAStreamCancelsNothing() throws Exception {
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("s");
            Message message = server.submit("s", "one");
            LogStream all = LogStream.follow(server, "s");
            LogStream one = LogStream.open(
                    server,
                    LogStream.request("s")
                            .setMessageId(message.getMessageId())
                            .setFollow(true)
                            .build());
            ScriptedModel.Call call = model.next().text("a");
            all.until(ResponseEntry::hasText);
            one.until(ResponseEntry::hasText);
            all.close();
            one.close();
            // Its own connection's calls come in order, so the server has heard of both by then.
            assertEquals(
                    MessageState.MESSAGE_STATE_RUNNING,
                    Calls.message(server, message.getMessageId()).getState());
            assertFalse(call.cancelled().isDone());
            call.text("b").complete();
            assertEquals(
                    MessageState.MESSAGE_STATE_COMPLETED,
                    Calls.ended(server, message).getState());
            assertEquals("ab", Calls.turn(server, message.getMessageId()).getAnswer());
            assertTrue(Calls.notifications(server).size() == 1);
        }
    }

    private static int acknowledge(TestServer server, long number) {
        return server.users()
                .acknowledgeNotifications(AcknowledgeNotificationsRequest.newBuilder()
                        .addNumbers(number)
                        .build())
                .getAcknowledgedNotifications();
    }
}
