package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that stops while an answer runs, seen from outside. */
final class DrainTest {
    /** Planted: the port shut at the start of the drain; found red (connection refused, without a reason). */
    @Test
    void whoeverConnectsWhileItDrainsIsToldSo(@TempDir Path folder) throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model, "--drain=2m")) {
            int port = server.port();
            server.session("s");
            server.submit("s", "hi");
            ScriptedModel.Call answer = model.next();
            FutureTask<Void> stopped = task(server::stop);
            Thread.ofPlatform().start(stopped);
            Awaitility.await().until(() -> health(server.channel()) == ServingStatus.NOT_SERVING);
            assertTellsThatItDrains(port);
            answer.text("hello").complete();
            stopped.get(60, TimeUnit.SECONDS);
        }
    }

    /** Planted: the ports shut before the wait for calls that are still open; found red for each of the two. */
    @Test
    void alsoWhileOnlyOpenCallsAreWaitedFor(@TempDir Path folder) throws Exception {
        try (TestServer server = TestServer.start(folder, "--http=127.0.0.1:0")) {
            server.session("s");
            LateRequest stream = new LateRequest(server.channel());
            server.users().listSessions(ListSessionsRequest.getDefaultInstance()); // behind it on the connection
            server.drain();
            FutureTask<Void> ended = task(() -> server.end(Duration.ofHours(1)));
            Thread ending = Thread.ofPlatform().start(ended);
            Awaitility.await().until(() -> ending.getState() == Thread.State.TIMED_WAITING);
            assertTellsThatItDrains(server.port());
            assertEquals(200, server.http("/livez").statusCode());
            assertEquals(503, server.http("/readyz").statusCode());
            assertEquals(
                    ClosingReason.CLOSING_REASON_DRAINING,
                    stream.send("s").getClosing().getReason());
            ended.get(60, TimeUnit.SECONDS);
        }
    }

    /** A stream that has begun, and whose request comes when it is told to. */
    private static final class LateRequest extends ClientCall.Listener<ResponseChunksResponse> {
        private final ClientCall<ResponseChunksRequest, ResponseChunksResponse> call;
        private final CompletableFuture<ResponseChunksResponse> end = new CompletableFuture<>();
        private ResponseChunksResponse last = ResponseChunksResponse.getDefaultInstance();

        LateRequest(ManagedChannel channel) {
            call = channel.newCall(SessionServiceGrpc.getResponseChunksMethod(), CallOptions.DEFAULT);
            call.start(this, new Metadata());
            call.request(Integer.MAX_VALUE);
        }

        /** Returns the last message, once the stream has ended. */
        ResponseChunksResponse send(String session) throws Exception {
            call.sendMessage(
                    ResponseChunksRequest.newBuilder().setSessionId(session).build());
            call.halfClose();
            return end.get(60, TimeUnit.SECONDS);
        }

        @Override
        public void onMessage(ResponseChunksResponse message) {
            last = message;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (status.isOk()) {
                end.complete(last);
            } else {
                end.completeExceptionally(status.asException());
            }
        }
    }

    private interface Stopping {
        void run() throws InterruptedException;
    }

    private static FutureTask<Void> task(Stopping work) {
        return new FutureTask<>(() -> {
            work.run();
            return null;
        });
    }

    private static void assertTellsThatItDrains(int port) {
        ManagedChannel late =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            ErrorDetails.refused(
                    "DRAINING",
                    () -> SessionServiceGrpc.newBlockingStub(late)
                            .listSessions(ListSessionsRequest.getDefaultInstance()));
            assertEquals(ServingStatus.NOT_SERVING, health(late));
        } finally {
            late.shutdownNow();
        }
    }

    private static ServingStatus health(ManagedChannel channel) {
        return HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }
}
