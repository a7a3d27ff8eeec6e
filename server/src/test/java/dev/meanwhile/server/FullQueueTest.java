package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.meanwhile.v1.CancelMessageRequest;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.SubmitMessageRequest;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a full queue and a workspace at its quota answer. */
final class FullQueueTest {
    @TempDir
    Path folder;

    /** Caught: a cap that counts only queued messages; one without RetryInfo; a refusal that keeps its request_id. */
    @Test
    void fullQueuesAndQuotasAreRefusedWithATimeToTryAgain() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server =
                TestServer.start(folder, model, "--queue-capacity=3", "--workspace-capacity=2", "--workers=1")) {
            server.session("s");
            Message running = server.submit("s", "runs");
            model.next();
            server.submit("s", "waits");
            refused(server, "default", "s", "WORKSPACE_QUOTA", "2");

            server.users()
                    .createSession(CreateSessionRequest.newBuilder()
                            .setWorkspace("other")
                            .setSessionId("o")
                            .build());
            server.users().submitMessage(request("other", "o", "").build());
            refused(server, "other", "o", "QUEUE_FULL", "3");

            server.users()
                    .cancelMessage(CancelMessageRequest.newBuilder()
                            .setMessageId(running.getMessageId())
                            .build());
            assertFalse(server.users()
                    .submitMessage(request("default", "s", "again").build())
                    .getDuplicate());
        }
    }

    private static void refused(TestServer server, String workspace, String session, String reason, String limit)
            throws InvalidProtocolBufferException {
        StatusRuntimeException thrown = assertThrows(
                StatusRuntimeException.class,
                () -> server.users()
                        .submitMessage(request(workspace, session, "again").build()));
        Status status = Objects.requireNonNull(StatusProto.fromThrowable(thrown));
        ErrorInfo info = detail(status, ErrorInfo.class);
        RetryInfo retry = detail(status, RetryInfo.class);
        assertEquals(Code.RESOURCE_EXHAUSTED_VALUE, status.getCode());
        assertEquals(reason, info.getReason());
        assertEquals(Map.of("limit", limit), info.getMetadataMap());
        long seconds = retry.getRetryDelay().getSeconds();
        assertTrue(seconds >= 1 && seconds <= 60, "retry after " + seconds + " s");
    }

    private static <T extends com.google.protobuf.Message> T detail(Status status, Class<T> type)
            throws InvalidProtocolBufferException {
        for (Any detail : status.getDetailsList()) {
            if (detail.is(type)) {
                return detail.unpack(type);
            }
        }
        throw new AssertionError("no " + type.getSimpleName() + " in " + status);
    }

    private static SubmitMessageRequest.Builder request(String workspace, String session, String requestId) {
        return SubmitMessageRequest.newBuilder()
                .setWorkspace(workspace)
                .setSessionId(session)
                .setText("text")
                .setRequestId(requestId);
    }
}
