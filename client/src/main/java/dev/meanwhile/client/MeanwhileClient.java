package dev.meanwhile.client;

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
import dev.meanwhile.v1.GetServerInfoRequest;
import dev.meanwhile.v1.GetServerInfoResponse;
import dev.meanwhile.v1.GetSessionRequest;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.ListMessagesResponse;
import dev.meanwhile.v1.ListModelsRequest;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.SwitchSessionRequest;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.Turn;
import dev.meanwhile.v1.UpdateSessionRequest;
import dev.meanwhile.v1.UpdateSessionResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One workspace of one server. Calls block, throw {@link RpcError}, and are tried again while their failure is a
 * passing one: each of them is safe to repeat, submitting and creating because of the request id they always carry.
 * May be used from many threads.
 */
public final class MeanwhileClient implements AutoCloseable {
    static final int LARGEST_PAGE = 1_000;
    private final Connection connection;
    private final String workspace;

    private MeanwhileClient(Connection connection, String workspace) {
        this.connection = connection;
        this.workspace = workspace;
    }

    /** Connects at the first call, so this never fails. An empty workspace is the one called "default". */
    public static MeanwhileClient connect(ServerAddress address, String workspace) {
        return connect(address, workspace, ClientConfig.defaults());
    }

    public static MeanwhileClient connect(ServerAddress address, String workspace, ClientConfig config) {
        return new MeanwhileClient(new Connection(address, config), workspace);
    }

    /** The same connection in another workspace. Closing either closes it. */
    public MeanwhileClient inWorkspace(String name) {
        return new MeanwhileClient(connection, name);
    }

    /**
     * The same connection with another {@link ClientConfig#callTimeout}; nobody is told of its silence. Closing either
     * closes it.
     */
    public MeanwhileClient within(Duration callTimeout) {
        return new MeanwhileClient(connection.within(callTimeout), workspace);
    }

    public ListModelsResponse models() {
        return connection.call(stub -> stub.listModels(ListModelsRequest.getDefaultInstance()));
    }

    /** Creates a session; the workspace, and a request id if there is none, are filled in. */
    public CreateSessionResponse createSession(CreateSessionRequest session) {
        CreateSessionRequest request = session.toBuilder()
                .setWorkspace(workspace)
                .setRequestId(RequestId.orNew(session.getRequestId()))
                .build();
        return connection.call(stub -> stub.createSession(request));
    }

    public Session session(String sessionId) {
        GetSessionRequest request = GetSessionRequest.newBuilder()
                .setWorkspace(workspace)
                .setSessionId(sessionId)
                .build();
        return connection.call(stub -> stub.getSession(request)).getSession();
    }

    public SessionList sessions() {
        return sessions(page -> {});
    }

    /** All sessions; each page is told as it comes. */
    public SessionList sessions(Consumer<ListSessionsResponse> pages) {
        List<Session> sessions = new ArrayList<>();
        String token = "";
        while (true) {
            ListSessionsRequest request = ListSessionsRequest.newBuilder()
                    .setWorkspace(workspace)
                    .setPageSize(LARGEST_PAGE)
                    .setPageToken(token)
                    .build();
            ListSessionsResponse page = connection.call(stub -> stub.listSessions(request));
            pages.accept(page);
            sessions.addAll(page.getSessionsList());
            token = page.getNextPageToken();
            if (token.isEmpty()) {
                return new SessionList(sessions, page.getActiveSessionId());
            }
        }
    }

    public SwitchSessionResponse switchSession(String sessionId) {
        SwitchSessionRequest request = SwitchSessionRequest.newBuilder()
                .setWorkspace(workspace)
                .setSessionId(sessionId)
                .build();
        return connection.call(stub -> stub.switchSession(request));
    }

    /** Submits a message; the workspace, and a request id if there is none, are filled in. */
    public SubmitMessageResponse submit(SubmitMessageRequest message) {
        SubmitMessageRequest request = message.toBuilder()
                .setWorkspace(workspace)
                .setRequestId(RequestId.orNew(message.getRequestId()))
                .build();
        return connection.call(stub -> stub.submitMessage(request));
    }

    public SubmitMessageResponse submit(String sessionId, String text) {
        return submit(SubmitMessageRequest.newBuilder()
                .setSessionId(sessionId)
                .setText(text)
                .build());
    }

    public Turn message(String messageId) {
        GetMessageRequest request = GetMessageRequest.newBuilder()
                .setWorkspace(workspace)
                .setMessageId(messageId)
                .build();
        return connection.call(stub -> stub.getMessage(request)).getTurn();
    }

    public UpdateSessionResponse rename(String sessionId, String name) {
        return update(UpdateSessionRequest.newBuilder().setSessionId(sessionId).setName(name));
    }

    /** What waits in the session is answered by that model too. */
    public UpdateSessionResponse setModel(String sessionId, String model) {
        return update(UpdateSessionRequest.newBuilder().setSessionId(sessionId).setModel(model));
    }

    private UpdateSessionResponse update(UpdateSessionRequest.Builder change) {
        UpdateSessionRequest request = change.setWorkspace(workspace).build();
        return connection.call(stub -> stub.updateSession(request));
    }

    public CloseSessionResponse closeSession(String sessionId, boolean cancelPending) {
        CloseSessionRequest request = CloseSessionRequest.newBuilder()
                .setWorkspace(workspace)
                .setSessionId(sessionId)
                .setCancelPending(cancelPending)
                .build();
        return connection.call(stub -> stub.closeSession(request));
    }

    /** Deletes it with everything in it; one that is gone already is no error, so that a repeat is none. */
    public DeleteSessionResponse deleteSession(String sessionId) {
        DeleteSessionRequest request = DeleteSessionRequest.newBuilder()
                .setWorkspace(workspace)
                .setSessionId(sessionId)
                .setAllowMissing(true)
                .build();
        return connection.call(stub -> stub.deleteSession(request));
    }

    /** One page; the workspace is filled in. */
    public ListMessagesResponse messages(ListMessagesRequest page) {
        ListMessagesRequest request = page.toBuilder().setWorkspace(workspace).build();
        return connection.call(stub -> stub.listMessages(request));
    }

    public CancelMessageResponse cancelMessage(String messageId) {
        CancelMessageRequest request = CancelMessageRequest.newBuilder()
                .setWorkspace(workspace)
                .setMessageId(messageId)
                .build();
        return connection.call(stub -> stub.cancelMessage(request));
    }

    public CancelQueuedMessagesResponse cancelQueued(String sessionId) {
        CancelQueuedMessagesRequest request = CancelQueuedMessagesRequest.newBuilder()
                .setWorkspace(workspace)
                .setSessionId(sessionId)
                .build();
        return connection.call(stub -> stub.cancelQueuedMessages(request));
    }

    public ExplainMessageResponse explain(String messageId) {
        ExplainMessageRequest request = ExplainMessageRequest.newBuilder()
                .setWorkspace(workspace)
                .setMessageId(messageId)
                .build();
        return connection.call(stub -> stub.explainMessage(request));
    }

    public GetServerInfoResponse serverInfo() {
        return connection.call(stub -> stub.getServerInfo(GetServerInfoRequest.getDefaultInstance()));
    }

    /** Reads a log when its {@link LogFollower#follow} is called. */
    public LogFollower log(FollowRequest wanted, LogListener listener) {
        return new LogFollower(connection, workspace, wanted, listener);
    }

    /** Reads one message's answer when its {@link AnswerFollower#follow} is called. */
    public AnswerFollower answer(FollowRequest wanted, LogListener listener) {
        return new AnswerFollower(
                connection,
                workspace,
                wanted,
                listener,
                () -> message(wanted.messageId()).getMessage());
    }

    /** Watches the workspace across any cut when its {@link WorkspaceFollower#follow} is called. */
    public WorkspaceFollower workspace(WatchListener listener) {
        return new WorkspaceFollower(connection, this::watch, listener);
    }

    /** What has been read of this workspace, and what has not. */
    public ReadingClient reading() {
        return new ReadingClient(connection, workspace);
    }

    /** What operators see and do, of the same server and across its workspaces. */
    public OperatorClient operator() {
        return new OperatorClient(connection);
    }

    public WorkspaceWatch watch() {
        return new WorkspaceWatch(connection, workspace);
    }

    /** Ends all calls. Nothing on the server is cancelled by that. */
    @Override
    public void close() {
        connection.close();
    }
}
