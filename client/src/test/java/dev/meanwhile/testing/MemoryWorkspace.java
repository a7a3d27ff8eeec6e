package dev.meanwhile.testing;

import com.google.protobuf.Timestamp;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.FinishReason;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.NotificationType;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.RouteReason;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.Turn;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What {@link MemoryService} knows. Not for several threads at a time: the service takes one call after the other. */
final class MemoryWorkspace {
    static final Timestamp NOON =
            Timestamp.newBuilder().setSeconds(1_893_553_200).build();

    final Map<String, Session.Builder> sessions = new LinkedHashMap<>();
    final Map<String, Turn.Builder> turns = new LinkedHashMap<>();
    final List<Notification> notifications = new ArrayList<>();
    private final Map<String, Log> logs = new LinkedHashMap<>();
    String active = "";
    String answer = "the answer";
    boolean failing;

    /** Its id. */
    String create(CreateSessionRequest request) {
        int number = sessions.size() + 1;
        String id = request.getSessionId().isEmpty() ? "s" + number : request.getSessionId();
        String name = request.getName().isEmpty() ? "friendly-" + number : request.getName();
        sessions.put(
                id,
                Session.newBuilder()
                        .setSessionId(id)
                        .setNumber(number)
                        .setName(name)
                        .setModel(request.getModel().isEmpty() ? "simulated" : request.getModel())
                        .setSystemInstruction(request.getSystemInstruction())
                        .setState(SessionState.SESSION_STATE_OPEN)
                        .setCreateTime(NOON)
                        .setEpoch("e-" + id));
        logs.put(id, new Log());
        active = active.isEmpty() ? id : active;
        return id;
    }

    /** Not answered yet. */
    Message accept(SubmitMessageRequest request) {
        String session = request.getSessionId();
        boolean inFront = session.equals(active);
        Message.Builder message = Message.newBuilder()
                .setMessageId("m" + (turns.size() + 1))
                .setSessionId(session)
                .setState(MessageState.MESSAGE_STATE_QUEUED)
                .setRoute(inFront ? Route.ROUTE_FOREGROUND : Route.ROUTE_BACKGROUND)
                .setRouteReason(
                        inFront
                                ? RouteReason.ROUTE_REASON_SESSION_ACTIVE
                                : RouteReason.ROUTE_REASON_OTHER_SESSION_ACTIVE)
                .setPriority(inFront ? Priority.PRIORITY_HIGH : Priority.PRIORITY_LOW);
        turns.put(message.getMessageId(), Turn.newBuilder().setMessage(message).setText(request.getText()));
        return message.build();
    }

    /** At once and whole, unless told to fail. */
    Notification answer(String messageId) {
        Turn.Builder turn = turn(messageId);
        Message.Builder message = turn.getMessageBuilder();
        Log log = log(message.getSessionId());
        message.setFirstSequence(log.lastSequence() + 1).setAttempts(1);
        log.started(messageId);
        for (String piece : answer.split("(?<= )", -1)) {
            log.text(messageId, piece);
        }
        if (failing) {
            log.failed(messageId);
            message.setState(MessageState.MESSAGE_STATE_FAILED);
        } else {
            log.completed(messageId);
            message.setState(MessageState.MESSAGE_STATE_COMPLETED).setFinishReason(FinishReason.FINISH_REASON_STOP);
        }
        message.setTerminalSequence(log.lastSequence());
        turn.setAnswer(answer).setAnswerThroughSequence(log.lastSequence());
        Notification news = Notification.newBuilder()
                .setNumber(turns.size())
                .setType(NotificationType.NOTIFICATION_TYPE_MESSAGE_COMPLETED)
                .setSessionId(message.getSessionId())
                .setMessageId(messageId)
                .setTerminalSequence(log.lastSequence())
                .build();
        notifications.add(news);
        return news;
    }

    Session snapshot(String id) {
        Session.Builder session = known(id);
        long read = session.getReadSequence();
        long unread = turns.values().stream()
                .filter(t -> t.getMessage().getSessionId().equals(session.getSessionId()))
                .filter(t -> t.getMessage().getTerminalSequence() > read)
                .count();
        return session.clone()
                .setActive(session.getSessionId().equals(active))
                .setLastSequence(log(session.getSessionId()).lastSequence())
                .setUnreadMessages((int) unread)
                .setPendingNotifications(pending(session.getSessionId()).size())
                .build();
    }

    List<Notification> pending(String id) {
        long read = known(id).getReadSequence();
        return notifications.stream()
                .filter(n -> n.getSessionId().equals(id) && n.getTerminalSequence() > read)
                .toList();
    }

    Log log(String sessionId) {
        return Objects.requireNonNull(logs.get(sessionId));
    }

    Session.Builder known(String id) {
        Session.Builder session = sessions.get(id);
        if (session == null) {
            throw Refusals.of(Status.Code.NOT_FOUND, "SESSION_NOT_FOUND", Map.of("session_id", id));
        }
        return session;
    }

    Turn.Builder turn(String id) {
        Turn.Builder turn = turns.get(id);
        if (turn == null) {
            throw Refusals.of(Status.Code.NOT_FOUND, "MESSAGE_NOT_FOUND", Map.of("message_id", id));
        }
        return turn;
    }
}
