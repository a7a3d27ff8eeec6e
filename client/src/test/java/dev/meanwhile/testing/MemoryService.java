package dev.meanwhile.testing;

import dev.meanwhile.v1.Attempt;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.CreateSessionResponse;
import dev.meanwhile.v1.ExplainMessageRequest;
import dev.meanwhile.v1.ExplainMessageResponse;
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
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.RoutingStage;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.StoreStage;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.SwitchSessionRequest;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.WatchWorkspaceRequest;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import dev.meanwhile.v1.WorkerStage;
import dev.meanwhile.v1.WorkspaceChanges;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/**
 * A small server in memory, for tests of what is shown: sessions, one pointer, answers that are there at once. It
 * promises nothing of what the real one does; closed sessions, retries and limits are not in it.
 */
public final class MemoryService extends SessionServiceGrpc.SessionServiceImplBase {
    private final MemoryWorkspace state = new MemoryWorkspace();
    private final List<StreamObserver<WatchWorkspaceResponse>> watchers = new ArrayList<>();

    /** What every message is answered from now on, a chunk a word. */
    public synchronized MemoryService answering(String text) {
        state.answer = text;
        return this;
    }

    /** From now on no message gets a whole answer. */
    public synchronized MemoryService failing() {
        state.failing = true;
        return this;
    }

    public synchronized Session session(String id) {
        return state.snapshot(id);
    }

    @Override
    public synchronized void createSession(
            CreateSessionRequest request, StreamObserver<CreateSessionResponse> answers) {
        String id = state.create(request);
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
        ListSessionsResponse.Builder list = ListSessionsResponse.newBuilder().setActiveSessionId(state.active);
        state.sessions.keySet().forEach(id -> list.addSessions(session(id)));
        end(answers, list.build());
    }

    @Override
    public synchronized void submitMessage(
            SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> answers) {
        String session = request.getSessionId();
        Message message = state.accept(request);
        SubmitMessageResponse accepted = SubmitMessageResponse.newBuilder()
                .setMessage(message)
                .setLogPosition(state.log(session).lastSequence())
                .setEpoch(state.known(session).getEpoch())
                .build();
        Notification news = state.answer(message.getMessageId());
        // Before the answer to the call: two streams may overtake each other, and clients have to live with that.
        watchers.forEach(watcher -> watcher.onNext(WatchWorkspaceResponse.newBuilder()
                .setChanges(WorkspaceChanges.newBuilder().addNotifications(news))
                .build()));
        end(answers, accepted);
    }

    @Override
    public synchronized void switchSession(
            SwitchSessionRequest request, StreamObserver<SwitchSessionResponse> answers) {
        Session.Builder session = state.known(request.getSessionId());
        String previous = state.active;
        state.active = request.getSessionId();
        SwitchSessionResponse.Builder response = SwitchSessionResponse.newBuilder()
                .setSession(session(state.active))
                .setPreviousSessionId(previous)
                .setResumeAfter(state.log(state.active).lastSequence());
        state.turns.values().stream()
                .filter(t -> t.getMessage().getSessionId().equals(state.active))
                .filter(t -> t.getMessage().getTerminalSequence() > session.getReadSequence())
                .forEach(response::addTurns);
        state.pending(state.active).forEach(response::addNotifications);
        end(answers, response.build());
    }

    @Override
    public synchronized void markSessionRead(
            MarkSessionReadRequest request, StreamObserver<MarkSessionReadResponse> answers) {
        Session.Builder session = state.known(request.getSessionId());
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
        Session.Builder session = state.known(request.getSessionId());
        answers.onNext(ScriptedService.started(session.getEpoch()));
        Log log = state.log(request.getSessionId());
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
                        .setTurn(state.turn(request.getMessageId()))
                        .build());
    }

    @Override
    public synchronized void explainMessage(
            ExplainMessageRequest request, StreamObserver<ExplainMessageResponse> answers) {
        Message message = state.turn(request.getMessageId()).getMessage();
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
                                        .setStartTime(MemoryWorkspace.NOON)
                                        .setEndTime(MemoryWorkspace.NOON)))
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
                .setChanges(WorkspaceChanges.newBuilder().addAllNotifications(state.notifications))
                .build());
    }

    @Override
    public void getServerInfo(GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> answers) {
        end(answers, GetServerInfoResponse.getDefaultInstance());
    }

    private static <T> void end(StreamObserver<T> answers, T answer) {
        answers.onNext(answer);
        answers.onCompleted();
    }
}
