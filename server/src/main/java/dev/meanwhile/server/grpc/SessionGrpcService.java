package dev.meanwhile.server.grpc;

import static dev.meanwhile.server.grpc.Replies.reply;

import dev.meanwhile.server.coordinator.Coordinator;
import dev.meanwhile.server.coordinator.SessionRegistry;
import dev.meanwhile.server.coordinator.WorkspaceWatcher;
import dev.meanwhile.server.domain.SessionState;
import dev.meanwhile.server.responses.LogFollower;
import dev.meanwhile.server.responses.LogStreams;
import dev.meanwhile.v1.AcknowledgeNotificationsRequest;
import dev.meanwhile.v1.AcknowledgeNotificationsResponse;
import dev.meanwhile.v1.CancelMessageRequest;
import dev.meanwhile.v1.CancelMessageResponse;
import dev.meanwhile.v1.CancelQueuedMessagesRequest;
import dev.meanwhile.v1.CancelQueuedMessagesResponse;
import dev.meanwhile.v1.CloseSessionRequest;
import dev.meanwhile.v1.CloseSessionResponse;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.CreateSessionResponse;
import dev.meanwhile.v1.DeleteSessionRequest;
import dev.meanwhile.v1.DeleteSessionResponse;
import dev.meanwhile.v1.ExplainMessageRequest;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.GetMessageRequest;
import dev.meanwhile.v1.GetMessageResponse;
import dev.meanwhile.v1.GetServerInfoRequest;
import dev.meanwhile.v1.GetServerInfoResponse;
import dev.meanwhile.v1.GetSessionRequest;
import dev.meanwhile.v1.GetSessionResponse;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.ListMessagesResponse;
import dev.meanwhile.v1.ListModelsRequest;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.ListNotificationsRequest;
import dev.meanwhile.v1.ListNotificationsResponse;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.MarkSessionReadRequest;
import dev.meanwhile.v1.MarkSessionReadResponse;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.SwitchSessionRequest;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.UpdateSessionRequest;
import dev.meanwhile.v1.UpdateSessionResponse;
import dev.meanwhile.v1.WatchWorkspaceRequest;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** The users' service: each call maps in, calls the coordinator, maps out. */
final class SessionGrpcService extends SessionServiceGrpc.SessionServiceImplBase {
    /** Little is buffered for a reader that does not read. */
    private static final int READY_BYTES = 4 << 10;

    private final UserApi api;
    private final GetServerInfoResponse info;

    SessionGrpcService(UserApi api, GetServerInfoResponse info) {
        this.api = api;
        this.info = info;
    }

    @Override
    public void createSession(CreateSessionRequest request, StreamObserver<CreateSessionResponse> observer) {
        reply(observer, () -> {
            SessionRegistry.Detail made = api.sessions()
                    .create(new SessionRegistry.Creation(
                            Shapes.workspace(request.getWorkspace()),
                            Shapes.optionalSessionId(request.getSessionId()),
                            Shapes.name(request.getName()),
                            Shapes.model(request.getModel()),
                            Shapes.instruction(request.getSystemInstruction()),
                            Shapes.requestId(request.getRequestId())));
            return CreateSessionResponse.newBuilder()
                    .setSession(Protos.session(made.session(), made.instruction()))
                    .setDuplicate(made.duplicate())
                    .build();
        });
    }

    @Override
    public void getSession(GetSessionRequest request, StreamObserver<GetSessionResponse> observer) {
        reply(observer, () -> {
            SessionRegistry.Detail found = api.sessions()
                    .get(Shapes.workspace(request.getWorkspace()), Shapes.sessionId(request.getSessionId()));
            return GetSessionResponse.newBuilder()
                    .setSession(Protos.session(found.session(), found.instruction()))
                    .build();
        });
    }

    @Override
    public void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> observer) {
        reply(observer, () -> {
            String workspace = Shapes.workspace(request.getWorkspace());
            int size = Shapes.pageSize("page_size", request.getPageSize());
            SessionState state = switch (request.getState()) {
                case SESSION_STATE_UNSPECIFIED -> null;
                case SESSION_STATE_OPEN -> SessionState.OPEN;
                case SESSION_STATE_CLOSED -> SessionState.CLOSED;
                case UNRECOGNIZED -> throw Shapes.unknown("state", request.getState());
            };
            String list = "sessions/" + workspace + "/" + state;
            long after = PageTokens.place(Shapes.pageToken(request.getPageToken()), list, 0);
            SessionRegistry.Page page = api.sessions().list(workspace, state, (int) after, size);
            ListSessionsResponse.Builder response =
                    ListSessionsResponse.newBuilder().setActiveSessionId(Protos.orEmpty(page.activeSessionId()));
            page.sessions().forEach(session -> response.addSessions(Protos.session(session)));
            if (page.more()) {
                response.setNextPageToken(
                        PageTokens.token(list, page.sessions().getLast().number()));
            }
            return response.build();
        });
    }

    @Override
    public void updateSession(UpdateSessionRequest request, StreamObserver<UpdateSessionResponse> observer) {
        reply(observer, () -> {
            SessionRegistry.Detail changed = api.sessions()
                    .update(new SessionRegistry.Change(
                            Shapes.workspace(request.getWorkspace()),
                            Shapes.sessionId(request.getSessionId()),
                            request.hasName() ? Shapes.name(request.getName()) : null,
                            request.hasModel() ? Shapes.model(request.getModel()) : null,
                            request.hasSystemInstruction()
                                    ? Shapes.instruction(request.getSystemInstruction())
                                    : null));
            return UpdateSessionResponse.newBuilder()
                    .setSession(Protos.session(changed.session(), changed.instruction()))
                    .build();
        });
    }

    @Override
    public void closeSession(CloseSessionRequest request, StreamObserver<CloseSessionResponse> observer) {
        reply(observer, () -> {
            SessionRegistry.Closed closed = api.sessions()
                    .close(
                            Shapes.workspace(request.getWorkspace()),
                            Shapes.sessionId(request.getSessionId()),
                            request.getCancelPending());
            return CloseSessionResponse.newBuilder()
                    .setSession(Protos.session(closed.session()))
                    .setCancelledMessages(closed.cancelled())
                    .build();
        });
    }

    @Override
    public void deleteSession(DeleteSessionRequest request, StreamObserver<DeleteSessionResponse> observer) {
        reply(observer, () -> {
            api.sessions()
                    .delete(
                            Shapes.workspace(request.getWorkspace()),
                            Shapes.sessionId(request.getSessionId()),
                            request.getAllowMissing());
            return DeleteSessionResponse.getDefaultInstance();
        });
    }

    @Override
    public void switchSession(SwitchSessionRequest request, StreamObserver<SwitchSessionResponse> observer) {
        reply(observer, () -> {
            Coordinator.Switched switched = api.coordinator()
                    .activate(Shapes.workspace(request.getWorkspace()), Shapes.sessionId(request.getSessionId()));
            SwitchSessionResponse.Builder response = SwitchSessionResponse.newBuilder()
                    .setSession(Protos.session(switched.session()))
                    .setPreviousSessionId(Protos.orEmpty(switched.previousSessionId()))
                    .setReprioritizedMessages(switched.reprioritized())
                    .setTruncated(switched.truncated())
                    .setResumeAfter(switched.resumeAfter())
                    .setPendingNotifications(switched.session().counts().notifications());
            switched.turns().forEach(turn -> response.addTurns(Protos.turn(turn)));
            switched.notifications().forEach(news -> response.addNotifications(Protos.notification(news)));
            return response.build();
        });
    }

    @Override
    public void submitMessage(SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> observer) {
        // The one call that everybody waits for: it holds no thread until its commit is on disk.
        Replies.replyLater(
                observer,
                () -> api.coordinator()
                        .submit(new Coordinator.Wish(
                                Shapes.workspace(request.getWorkspace()),
                                Shapes.sessionId(request.getSessionId()),
                                Shapes.text(request.getText()),
                                Shapes.requestId(request.getRequestId()),
                                Shapes.priority(request.getPriority()),
                                Shapes.policy(request.getConflictPolicy()))),
                Protos::submitted);
    }

    @Override
    public void responseChunks(ResponseChunksRequest request, StreamObserver<ResponseChunksResponse> observer) {
        ServerCallStreamObserver<ResponseChunksResponse> call =
                (ServerCallStreamObserver<ResponseChunksResponse>) observer;
        call.setOnReadyThreshold(READY_BYTES);
        try {
            LogFollower follower = api.streams()
                    .open(
                            new LogStreams.Request(
                                    Shapes.workspace(request.getWorkspace()),
                                    Shapes.sessionId(request.getSessionId()),
                                    Shapes.optionalMessageId(request.getMessageId()),
                                    Shapes.sequence("after_sequence", request.getAfterSequence()),
                                    Shapes.epoch(request.getEpoch()),
                                    request.getFollow()),
                            new ChunkStream(call));
            call.setOnReadyHandler(follower::wake);
            call.setOnCancelHandler(follower::close);
        } catch (RuntimeException e) {
            observer.onError(Replies.error(e));
        }
    }

    @Override
    public void getMessage(GetMessageRequest request, StreamObserver<GetMessageResponse> observer) {
        reply(
                observer,
                () -> GetMessageResponse.newBuilder()
                        .setTurn(Protos.turn(api.history()
                                .get(
                                        Shapes.workspace(request.getWorkspace()),
                                        Shapes.messageId(request.getMessageId()))))
                        .build());
    }

    @Override
    public void listMessages(ListMessagesRequest request, StreamObserver<ListMessagesResponse> observer) {
        reply(observer, () -> {
            String workspace = Shapes.workspace(request.getWorkspace());
            String session = Shapes.sessionId(request.getSessionId());
            int size = Shapes.pageSize("page_size", request.getPageSize());
            String list = "messages/" + workspace + "/" + session + "/" + request.getOldestFirst();
            long from = PageTokens.place(Shapes.pageToken(request.getPageToken()), list, 0);
            var page = api.history().list(workspace, session, from, request.getOldestFirst(), size);
            ListMessagesResponse.Builder response = ListMessagesResponse.newBuilder();
            page.turns().forEach(turn -> response.addTurns(Protos.turn(turn)));
            if (page.next() > 0) {
                response.setNextPageToken(PageTokens.token(list, page.next()));
            }
            return response.build();
        });
    }

    @Override
    public void cancelMessage(CancelMessageRequest request, StreamObserver<CancelMessageResponse> observer) {
        reply(
                observer,
                () -> CancelMessageResponse.newBuilder()
                        .setMessage(Protos.message(api.cancellation()
                                .cancel(
                                        Shapes.workspace(request.getWorkspace()),
                                        Shapes.messageId(request.getMessageId()))))
                        .build());
    }

    @Override
    public void cancelQueuedMessages(
            CancelQueuedMessagesRequest request, StreamObserver<CancelQueuedMessagesResponse> observer) {
        reply(
                observer,
                () -> CancelQueuedMessagesResponse.newBuilder()
                        .setCancelledMessages(api.cancellation()
                                .cancelQueued(
                                        Shapes.workspace(request.getWorkspace()),
                                        Shapes.sessionId(request.getSessionId())))
                        .build());
    }

    @Override
    public void listNotifications(
            ListNotificationsRequest request, StreamObserver<ListNotificationsResponse> observer) {
        reply(observer, () -> {
            String workspace = Shapes.workspace(request.getWorkspace());
            String session = Shapes.optionalSessionId(request.getSessionId());
            int size = Shapes.pageSize("page_size", request.getPageSize());
            String list = "notifications/" + workspace + "/" + session;
            long before = PageTokens.place(Shapes.pageToken(request.getPageToken()), list, Long.MAX_VALUE);
            var page = api.reading().list(workspace, session, before, size);
            ListNotificationsResponse.Builder response = ListNotificationsResponse.newBuilder();
            page.notifications().forEach(news -> response.addNotifications(Protos.notification(news)));
            if (page.more()) {
                response.setNextPageToken(
                        PageTokens.token(list, page.notifications().getLast().number()));
            }
            return response.build();
        });
    }

    @Override
    public void acknowledgeNotifications(
            AcknowledgeNotificationsRequest request, StreamObserver<AcknowledgeNotificationsResponse> observer) {
        reply(
                observer,
                () -> AcknowledgeNotificationsResponse.newBuilder()
                        .setAcknowledgedNotifications(api.reading()
                                .acknowledge(
                                        Shapes.workspace(request.getWorkspace()),
                                        Shapes.numbers(request.getNumbersList())))
                        .build());
    }

    @Override
    public void markSessionRead(MarkSessionReadRequest request, StreamObserver<MarkSessionReadResponse> observer) {
        reply(observer, () -> {
            var read = api.reading()
                    .markRead(
                            Shapes.workspace(request.getWorkspace()),
                            Shapes.sessionId(request.getSessionId()),
                            Shapes.sequence("through_sequence", request.getThroughSequence()),
                            Shapes.epoch(request.getEpoch()));
            return MarkSessionReadResponse.newBuilder()
                    .setSession(Protos.session(read.session()))
                    .setAcknowledgedNotifications(read.acknowledged())
                    .build();
        });
    }

    @Override
    public void watchWorkspace(WatchWorkspaceRequest request, StreamObserver<WatchWorkspaceResponse> observer) {
        ServerCallStreamObserver<WatchWorkspaceResponse> call =
                (ServerCallStreamObserver<WatchWorkspaceResponse>) observer;
        call.setOnReadyThreshold(READY_BYTES);
        try {
            WorkspaceWatcher watcher =
                    api.watches().open(Shapes.workspace(request.getWorkspace()), new WatchStream(call));
            call.setOnReadyHandler(watcher::wake);
            call.setOnCancelHandler(watcher::close);
        } catch (RuntimeException e) {
            observer.onError(Replies.error(e));
        }
    }

    @Override
    public void explainMessage(ExplainMessageRequest request, StreamObserver<ExplainMessageResponse> observer) {
        reply(
                observer,
                () -> ExplainProtos.explanation(api.explainer()
                        .explain(Shapes.workspace(request.getWorkspace()), Shapes.messageId(request.getMessageId()))));
    }

    @Override
    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
        reply(observer, () -> ModelProtos.list(api.models(), api.explainer().workersPaused()));
    }

    @Override
    public void getServerInfo(GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> observer) {
        reply(observer, () -> info);
    }
}
