package dev.meanwhile.client;

import dev.meanwhile.v1.AcknowledgeNotificationsRequest;
import dev.meanwhile.v1.AcknowledgeNotificationsResponse;
import dev.meanwhile.v1.ListNotificationsRequest;
import dev.meanwhile.v1.ListNotificationsResponse;
import dev.meanwhile.v1.MarkSessionReadRequest;
import dev.meanwhile.v1.MarkSessionReadResponse;
import java.util.List;

/** What has been read of one workspace, and what has not; its calls are as {@link MeanwhileClient}'s. */
public final class ReadingClient {
    private final Connection connection;
    private final String workspace;

    ReadingClient(Connection connection, String workspace) {
        this.connection = connection;
        this.workspace = workspace;
    }

    /** Everything up to the cursor has been read. */
    public MarkSessionReadResponse markRead(String sessionId, Cursor through) {
        MarkSessionReadRequest request = MarkSessionReadRequest.newBuilder()
                .setWorkspace(workspace)
                .setSessionId(sessionId)
                .setThroughSequence(through.sequence())
                .setEpoch(through.epoch())
                .build();
        return connection.call(stub -> stub.markSessionRead(request));
    }

    /** One page, newest first; an empty token is the first page. */
    public ListNotificationsResponse notifications(String pageToken) {
        ListNotificationsRequest request = ListNotificationsRequest.newBuilder()
                .setWorkspace(workspace)
                .setPageSize(MeanwhileClient.LARGEST_PAGE)
                .setPageToken(pageToken)
                .build();
        return connection.call(stub -> stub.listNotifications(request));
    }

    /** At most 1,000 of them in one call. */
    public AcknowledgeNotificationsResponse acknowledge(List<Long> numbers) {
        AcknowledgeNotificationsRequest request = AcknowledgeNotificationsRequest.newBuilder()
                .setWorkspace(workspace)
                .addAllNumbers(numbers)
                .build();
        return connection.call(stub -> stub.acknowledgeNotifications(request));
    }
}
