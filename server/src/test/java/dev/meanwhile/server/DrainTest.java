package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.ListModelsRequest;
import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callers get while a stopping server still finishes an answer. */
final class DrainTest {
    @TempDir
    Path folder;

    /** Planted: a drain that leaves the port open, so that they get DRAINING; found red. */
    @Test
    void aNewConnectionIsRefusedWithAStatusAlone() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model, "--drain=40s")) {
            server.session("s");
            server.submit("s", "hello");
            ScriptedModel.Call running = model.next();
            int port = server.port();
            CompletableFuture<Void> stopped;
            try (Tail tail = Tail.follow(server, "s", 0)) {
                stopped = CompletableFuture.runAsync(() -> stop(server));
                assertEquals(List.of(), tail.rest());
                assertEquals(
                        ClosingReason.CLOSING_REASON_DRAINING, tail.closing().getReason());
            }
            // The port is closed by another thread, soon.
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                StatusRuntimeException refused = onNewConnection(port);
                assertEquals(Code.UNAVAILABLE, refused.getStatus().getCode());
                com.google.rpc.Status details = StatusProto.fromThrowable(refused);
                assertEquals(0, details == null ? 0 : details.getDetailsCount(), () -> "" + details);
            });
            running.complete();
            stopped.get(20, TimeUnit.SECONDS);
        }
    }

    private static StatusRuntimeException onNewConnection(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            return assertThrows(StatusRuntimeException.class, () -> SessionServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .listModels(ListModelsRequest.getDefaultInstance()));
        } finally {
            channel.shutdownNow();
        }
    }

    private static void stop(TestServer server) {
        try {
            server.stop();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
