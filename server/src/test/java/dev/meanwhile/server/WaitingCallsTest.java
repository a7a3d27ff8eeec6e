package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.util.concurrent.ListenableFuture;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.CreateSessionResponse;
import dev.meanwhile.v1.GetServerInfoRequest;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceFutureStub;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that wait for the store, beside others on the same connection. */
final class WaitingCallsTest {
    /** Seen red: all handlers on the event loop, where CreateSession waits; and a SubmitMessage that waits there. */
    @Test
    void holdUpNoOther(@TempDir Path folder) throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            server.session("s");
            SessionServiceFutureStub calls = SessionServiceGrpc.newFutureStub(server.channel());
            ListenableFuture<SubmitMessageResponse> submitted;
            ListenableFuture<CreateSessionResponse> created;
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("meanwhile.db"));
                    var statement = other.createStatement()) {
                statement.execute("BEGIN IMMEDIATE"); // so that nothing is written
                submitted = calls.submitMessage(SubmitMessageRequest.newBuilder()
                        .setSessionId("s")
                        .setText("hi")
                        .build());
                created = calls.createSession(
                        CreateSessionRequest.newBuilder().setSessionId("t").build());
                server.users()
                        .withDeadlineAfter(3, TimeUnit.SECONDS)
                        .getServerInfo(GetServerInfoRequest.getDefaultInstance());
                assertFalse(submitted.isDone());
                assertFalse(created.isDone());
            }
            assertEquals("s", submitted.get(20, TimeUnit.SECONDS).getMessage().getSessionId());
            assertEquals("t", created.get(20, TimeUnit.SECONDS).getSession().getSessionId());
        }
    }
}
