package dev.meanwhile.server;

import dev.meanwhile.v1.AcknowledgeNotificationsRequest;
import dev.meanwhile.v1.CancelMessageRequest;
import dev.meanwhile.v1.CancelQueuedMessagesRequest;
import dev.meanwhile.v1.CloseSessionRequest;
import dev.meanwhile.v1.CloseSessionResponse;
import dev.meanwhile.v1.ConflictPolicy;
import dev.meanwhile.v1.DeleteSessionRequest;
import dev.meanwhile.v1.ExplainMessageRequest;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.GetMessageRequest;
import dev.meanwhile.v1.GetSessionRequest;
import dev.meanwhile.v1.ListNotificationsRequest;
import dev.meanwhile.v1.MarkSessionReadRequest;
import dev.meanwhile.v1.MarkSessionReadResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.PauseWorkersRequest;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.ResumeWorkersRequest;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SwitchSessionRequest;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** The calls of a user of the default workspace, in one line each. */
final class UserCalls {
    private final TestServer server;

    UserCalls(TestServer server) {
        this.server = server;
    }

    Session session(String id) {
        return server.users()
                .getSession(GetSessionRequest.newBuilder().setSessionId(id).build())
                .getSession();
    }

    Turn message(String id) {
        return server.users()
                .getMessage(GetMessageRequest.newBuilder().setMessageId(id).build())
                .getTurn();
    }

    String submit(String session, String text) {
        return server.submit(session, text).getMessageId();
    }

    String submit(String session, Priority override) {
        return server.users()
                .submitMessage(SubmitMessageRequest.newBuilder()
                        .setSessionId(session)
                        .setText("with an override")
                        .setPriority(override)
                        .build())
                .getMessage()
                .getMessageId();
    }

    String interrupt(String session) {
        return server.users()
                .submitMessage(SubmitMessageRequest.newBuilder()
                        .setSessionId(session)
                        .setText("stop that")
                        .setConflictPolicy(ConflictPolicy.CONFLICT_POLICY_INTERRUPT)
                        .build())
                .getMessage()
                .getMessageId();
    }

    SwitchSessionResponse switchTo(String session) {
        return server.users()
                .switchSession(
                        SwitchSessionRequest.newBuilder().setSessionId(session).build());
    }

    Message cancel(String message) {
        return server.users()
                .cancelMessage(
                        CancelMessageRequest.newBuilder().setMessageId(message).build())
                .getMessage();
    }

    int cancelQueued(String session) {
        return server.users()
                .cancelQueuedMessages(CancelQueuedMessagesRequest.newBuilder()
                        .setSessionId(session)
                        .build())
                .getCancelledMessages();
    }

    CloseSessionResponse close(String session, boolean cancelPending) {
        return server.users()
                .closeSession(CloseSessionRequest.newBuilder()
                        .setSessionId(session)
                        .setCancelPending(cancelPending)
                        .build());
    }

    void delete(String session) {
        server.users()
                .deleteSession(
                        DeleteSessionRequest.newBuilder().setSessionId(session).build());
    }

    MarkSessionReadResponse read(String session, long through) {
        return server.users()
                .markSessionRead(MarkSessionReadRequest.newBuilder()
                        .setSessionId(session)
                        .setThroughSequence(through)
                        .build());
    }

    int acknowledge(long... numbers) {
        return server.users()
                .acknowledgeNotifications(AcknowledgeNotificationsRequest.newBuilder()
                        .addAllNumbers(LongStream.of(numbers).boxed().toList())
                        .build())
                .getAcknowledgedNotifications();
    }

    List<Notification> notifications(String session) {
        return server.users()
                .listNotifications(ListNotificationsRequest.newBuilder()
                        .setSessionId(session)
                        .setPageSize(1_000)
                        .build())
                .getNotificationsList();
    }

    ExplainMessageResponse explain(String message) {
        return server.users()
                .explainMessage(
                        ExplainMessageRequest.newBuilder().setMessageId(message).build());
    }

    void pause() {
        server.operators().pauseWorkers(PauseWorkersRequest.getDefaultInstance());
    }

    void resume() {
        server.operators().resumeWorkers(ResumeWorkersRequest.getDefaultInstance());
    }

    /** Waits until these messages of the session have ended. */
    void awaitEnds(String session, String... messages) {
        try (Tail tail = Tail.follow(server, session, 0)) {
            List<String> open = new ArrayList<>(Arrays.asList(messages));
            while (!open.isEmpty()) {
                var entry = tail.next();
                if (Tail.terminal(entry)) {
                    open.remove(entry.getMessageId());
                }
            }
        }
    }
}
