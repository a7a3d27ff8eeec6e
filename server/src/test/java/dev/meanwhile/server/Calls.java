package dev.meanwhile.server;

import dev.meanwhile.v1.CancelMessageRequest;
import dev.meanwhile.v1.ConflictPolicy;
import dev.meanwhile.v1.GetMessageRequest;
import dev.meanwhile.v1.GetSessionRequest;
import dev.meanwhile.v1.ListNotificationsRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.PauseWorkersRequest;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.ResumeWorkersRequest;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.Turn;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The calls that tests make again and again, in the default workspace. */
final class Calls {
    private Calls() {}

    static Message cancel(TestServer server, String message) {
        return server.users()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .cancelMessage(
                        CancelMessageRequest.newBuilder().setMessageId(message).build())
                .getMessage();
    }

    static Turn turn(TestServer server, String message) {
        return server.users()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .getMessage(GetMessageRequest.newBuilder().setMessageId(message).build())
                .getTurn();
    }

    static Message message(TestServer server, String message) {
        return turn(server, message).getMessage();
    }

    static Session session(TestServer server, String session) {
        return server.users()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .getSession(GetSessionRequest.newBuilder().setSessionId(session).build())
                .getSession();
    }

    static Message submit(TestServer server, String session, String text, ConflictPolicy policy) {
        return server.users()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .submitMessage(SubmitMessageRequest.newBuilder()
                        .setSessionId(session)
                        .setText(text)
                        .setConflictPolicy(policy)
                        .build())
                .getMessage();
    }

    /** Waits for the message's end. */
    static Message ended(TestServer server, Message message) {
        LogStream.whole(server, message.getSessionId(), message.getMessageId());
        return message(server, message.getMessageId());
    }

    /** All that are not acknowledged, newest first; at most 1,000. */
    static List<Notification> notifications(TestServer server) {
        return server.users()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .listNotifications(
                        ListNotificationsRequest.newBuilder().setPageSize(1_000).build())
                .getNotificationsList();
    }

    /** Makes the claim loop look at the clock again. */
    static void wakeWorkers(TestServer server) {
        server.operators().pauseWorkers(PauseWorkersRequest.getDefaultInstance());
        server.operators().resumeWorkers(ResumeWorkersRequest.getDefaultInstance());
    }

    static boolean terminal(ResponseEntry entry) {
        return entry.hasCompleted() || entry.hasFailed() || entry.hasCancelled();
    }
}
