package dev.meanwhile.testing;

import com.google.protobuf.Timestamp;
import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.CreateSessionResponse;
import dev.meanwhile.v1.ExplainMessageRequest;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.FinishReason;
import dev.meanwhile.v1.GetMessageRequest;
import dev.meanwhile.v1.GetMessageResponse;
import dev.meanwhile.v1.GetServerInfoRequest;
import dev.meanwhile.v1.GetServerInfoResponse;
import dev.meanwhile.v1.GetSessionRequest;
import dev.meanwhile.v1.GetSessionResponse;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.MarkSessionReadRequest;
import dev.meanwhile.v1.MarkSessionReadResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.NotificationType;
import dev.meanwhile.v1.Priority;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.RouteReason;
import dev.meanwhile.v1.RoutingStage;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.StoreStage;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.SwitchSessionRequest;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.Turn;
import dev.meanwhile.v1.WatchWorkspaceRequest;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import dev.meanwhile.v1.WorkerStage;
import dev.meanwhile.v1.WorkspaceChanges;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A small server in memory, for tests of what is shown: sessions, one pointer, answers that are there at once. It
 * promises nothing of what the real one does; closed sessions, retries and limits are not in it.
 */
public final class MemoryService extends SessionServiceGrpc.SessionServiceImplBase {
    private static final Timestamp NOON =
            Timestamp.newBuilder().setSeconds(1_893_553_200).build();

    private final Map<String, Session.Builder> sessions = new LinkedHashMap<>();
    private final Map<String, Log> logs = new LinkedHashMap<>();
    private final Map<String, Turn.Builder> turns = new LinkedHashMap<>();
    private final List<Notification> notifications = new ArrayList<>();
    private final List<StreamObserver<WatchWorkspaceResponse>> watchers = new ArrayList<>();
    private String active = "";
    private String answer = "the answer";
    private boolean failing;

    /** What every message is answered from now on, a chunk a word. */
    public synchronized MemoryService answering(String text) {
        answer = text;
        return this;
    }

    /** From now on no message gets a whole answer. */
    public synchronized MemoryService failing() {
        failing = true;
        return this;
    }

    public synchronized Session session(String id) {
        return snapshot(known(id));
    }

    @Override
    public synchronized void createSession(
            CreateSessionRequest request, StreamObserver<CreateSessionResponse> answers) {
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
        end(answers, CreateSessionResponse.newBuilder().setSession(session(id)).build());
    }

    @Override
    public synchronized void getSession(GetSessionRequest request, StreamObserver<GetSessionResponse> answers) {
        end(
                answers,
                GetSessionResponse.newBuilder()
                        .setSession(session(request.getSessionId()))
                        .build());
    }

    @Override
    public synchronized void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> answers) {
        ListSessionsResponse.Builder list = ListSessionsResponse.newBuilder().setActiveSessionId(active);
        sessions.keySet().forEach(id -> list.addSessions(session(id)));
        end(answers, list.build());
    }

    @Override
    public synchronized void submitMessage(
            SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> answers) {
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
        SubmitMessageResponse accepted = SubmitMessageResponse.newBuilder()
                .setMessage(message)
                .setLogPosition(log(session).lastSequence())
                .setEpoch(known(session).getEpoch())
                .build();
        end(answers, accepted);
        answer(message.getMessageId());
    }

    private void answer(String messageId) {
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
        watchers.forEach(watcher -> watcher.onNext(WatchWorkspaceResponse.newBuilder()
                .setChanges(WorkspaceChanges.newBuilder().addNotifications(news))
                .build()));
    }

    @Override
    public synchronized void switchSession(
            SwitchSessionRequest request, StreamObserver<SwitchSessionResponse> answers) {
        Session.Builder session = known(request.getSessionId());
        String previous = active;
        active = request.getSessionId();
        SwitchSessionResponse.Builder response = SwitchSessionResponse.newBuilder()
                .setSession(session(active))
                .setPreviousSessionId(previous)
                .setResumeAfter(log(active).lastSequence());
        turns.values().stream()
                .filter(t -> t.getMessage().getSessionId().equals(active))
                .filter(t -> t.getMessage().getTerminalSequence() > session.getReadSequence())
                .forEach(response::addTurns);
        pending(active).forEach(response::addNotifications);
        end(answers, response.build());
    }

    @Override
    public synchronized void markSessionRead(
            MarkSessionReadRequest request, StreamObserver<MarkSessionReadResponse> answers) {
        Session.Builder session = known(request.getSessionId());
        session.setReadSequence(Math.max(session.getReadSequence(), request.getThroughSequence()));
        end(
                answers,
                MarkSessionReadResponse.newBuilder()
                        .setSession(session(request.getSessionId()))
                        .build());
    }

    /** All of it is there at once, so a stream ends in order behind it. */
    @Override
    public synchronized void responseChunks(
            ResponseChunksRequest request, StreamObserver<ResponseChunksResponse> answers) {
        Session.Builder session = known(request.getSessionId());
        answers.onNext(ScriptedService.started(session.getEpoch()));
        Log log = log(request.getSessionId());
        log.entries().stream()
                .filter(e -> e.getSequence() > request.getAfterSequence())
                .filter(e ->
                        request.getMessageId().isEmpty() || e.getMessageId().equals(request.getMessageId()))
                .forEach(e -> answers.onNext(ScriptedService.entries(List.of(e))));
        answers.onNext(ScriptedService.closing(ClosingReason.CLOSING_REASON_CAUGHT_UP, log.lastSequence()));
        answers.onCompleted();
    }

    @Override
    public synchronized void getMessage(GetMessageRequest request, StreamObserver<GetMessageResponse> answers) {
        end(
                answers,
                GetMessageResponse.newBuilder()
                        .setTurn(turn(request.getMessageId()))
                        .build());
    }

    @Override
    public synchronized void explainMessage(
            ExplainMessageRequest request, StreamObserver<ExplainMessageResponse> answers) {
        Message message = turn(request.getMessageId()).getMessage();
        end(
                answers,
                ExplainMessageResponse.newBuilder()
                        .setMessage(message)
                        .setRouting(RoutingStage.newBuilder()
                                .setActiveSessionId("s1")
                                .setRoute(message.getRoute())
                                .setReason(message.getRouteReason())
                                .setPriority(message.getPriority()))
                        .setWorker(WorkerStage.newBuilder()
                                .addAttempts(Attempt.newBuilder()
                                        .setNumber(1)
                                        .setModel("simulated")
                                        .setLane(message.getPriority())
                                        .setStartTime(NOON)
                                        .setEndTime(NOON)))
                        .setStore(StoreStage.newBuilder()
                                .setFirstSequence(message.getFirstSequence())
                                .setTerminalSequence(message.getTerminalSequence()))
                        .build());
    }

    @Override
    public synchronized void watchWorkspace(
            WatchWorkspaceRequest request, StreamObserver<WatchWorkspaceResponse> answers) {
        watchers.add(answers);
        answers.onNext(WatchWorkspaceResponse.newBuilder()
                .setChanges(WorkspaceChanges.newBuilder().addAllNotifications(notifications))
                .build());
    }

    @Override
    public void getServerInfo(GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> answers) {
        end(answers, GetServerInfoResponse.getDefaultInstance());
    }

    private Session snapshot(Session.Builder session) {
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

    private List<Notification> pending(String id) {
        long read = known(id).getReadSequence();
        return notifications.stream()
                .filter(n -> n.getSessionId().equals(id) && n.getTerminalSequence() > read)
                .toList();
    }

    private Log log(String sessionId) {
        return Objects.requireNonNull(logs.get(sessionId));
    }

    private Session.Builder known(String id) {
        Session.Builder session = sessions.get(id);
        if (session == null) {
            throw Refusals.of(Status.Code.NOT_FOUND, "SESSION_NOT_FOUND", Map.of("session_id", id));
        }
        return session;
    }

    private Turn.Builder turn(String id) {
        Turn.Builder turn = turns.get(id);
        if (turn == null) {
            throw Refusals.of(Status.Code.NOT_FOUND, "MESSAGE_NOT_FOUND", Map.of("message_id", id));
        }
        return turn;
    }

    private static <T> void end(StreamObserver<T> answers, T answer) {
        answers.onNext(answer);
        answers.onCompleted();
    }
}
