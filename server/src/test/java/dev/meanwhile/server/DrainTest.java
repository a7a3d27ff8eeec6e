package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.WatchWorkspaceRequest;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
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

    /** Seen red with three quarters of any drain: the process ended 1.13 s after SIGTERM with 1 s. */
    @Test
    void answersLeaveTimeForTheEnd(@TempDir Path folder) throws Exception {
        Map<String, Duration> patience = Map.of(
                "0", Duration.ZERO,
                "1s", Duration.ofMillis(200),
                "2s", Duration.ofMillis(1200),
                "20s", Duration.ofSeconds(15));
        for (Map.Entry<String, Duration> drain : patience.entrySet()) {
            try (TestServer server = TestServer.start(folder.resolve(drain.getKey()), "--drain=" + drain.getKey())) {
                assertEquals(drain.getValue(), server.patience());
            }
        }
    }

    /** Planted: the ports shut before the wait for calls that are still open; found red for each of the two. */
    @Test
    void alsoWhileOnlyOpenCallsAreWaitedFor(@TempDir Path folder) throws Exception {
        try (TestServer server = TestServer.start(folder, "--http=127.0.0.1:0")) {
            server.session("s");
            LateRequest<ResponseChunksRequest, ResponseChunksResponse> stream =
                    new LateRequest<>(server.channel(), SessionServiceGrpc.getResponseChunksMethod());
            server.users().listSessions(ListSessionsRequest.getDefaultInstance()); // behind it on the connection
            server.drain();
            FutureTask<Void> ended = task(() -> server.end(Duration.ofHours(1)));
            Thread ending = Thread.ofPlatform().start(ended);
            Awaitility.await().until(() -> ending.getState() == Thread.State.TIMED_WAITING);
            assertTellsThatItDrains(server.port());
            assertEquals(200, server.http("/livez").statusCode());
            assertEquals(503, server.http("/readyz").statusCode());
            ResponseChunksResponse last = Objects.requireNonNull(stream.send(
                    ResponseChunksRequest.newBuilder().setSessionId("s").build()));
            assertEquals(
                    ClosingReason.CLOSING_REASON_DRAINING, last.getClosing().getReason());
            ended.get(60, TimeUnit.SECONDS);
        }
    }

    /** Seen red with the streams' timers ended before the port: INTERNAL for one in four, which no client repeats. */
    @Test
    void aRequestThatComesBehindAllOfItIsNoFault(@TempDir Path folder) throws Exception {
        try (TestServer server = TestServer.start(folder)) {
            List<LateRequest<WatchWorkspaceRequest, WatchWorkspaceResponse>> streams = Stream.generate(
                            () -> new LateRequest<>(server.channel(), SessionServiceGrpc.getWatchWorkspaceMethod()))
                    .limit(20)
                    .toList();
            server.users().listSessions(ListSessionsRequest.getDefaultInstance()); // behind it on the connection
            int port = server.port();
            server.drain();
            FutureTask<Void> ended = task(() -> server.end(Duration.ofSeconds(4)));
            Thread.ofPlatform().start(ended);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> isShut(port));
            for (LateRequest<WatchWorkspaceRequest, WatchWorkspaceResponse> stream : streams) {
                try {
                    stream.send(WatchWorkspaceRequest.getDefaultInstance()); // its last message says why it ends
                } catch (ExecutionException e) {
                    assertEquals(
                            Status.Code.UNAVAILABLE, Status.fromThrowable(e).getCode(), e::toString);
                }
            }
            ended.get(60, TimeUnit.SECONDS);
        }
    }

    private static boolean isShut(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return !socket.isConnected();
        } catch (IOException e) {
            return true;
        }
    }

    /** A stream that has begun, and whose request comes when it is told to. */
    private static final class LateRequest<Q, A> extends ClientCall.Listener<A> {
        private final ClientCall<Q, A> call;
        private final CompletableFuture<@Nullable A> end = new CompletableFuture<>();
        private @Nullable A last;

        LateRequest(ManagedChannel channel, MethodDescriptor<Q, A> method) {
            call = channel.newCall(method, CallOptions.DEFAULT);
            call.start(this, new Metadata());
            call.request(Integer.MAX_VALUE);
        }

        /** Returns the last message, once the stream has ended. */
        @Nullable
        A send(Q request) throws Exception {
            call.sendMessage(request);
            call.halfClose();
            return end.get(60, TimeUnit.SECONDS);
        }

        @Override
        public void onMessage(A message) {
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
