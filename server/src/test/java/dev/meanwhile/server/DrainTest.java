package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
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
            CompletableFuture<Void> stopped = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    server.stop();
                    stopped.complete(null);
                } catch (InterruptedException | RuntimeException e) {
                    stopped.completeExceptionally(e);
                }
            });
            Awaitility.await().until(() -> health(server.channel()) == ServingStatus.NOT_SERVING);
            ManagedChannel late = NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .build();
            try {
                ErrorDetails.refused(
                        "DRAINING",
                        () -> SessionServiceGrpc.newBlockingStub(late)
                                .listSessions(ListSessionsRequest.getDefaultInstance()));
                assertEquals(ServingStatus.NOT_SERVING, health(late));
            } finally {
                late.shutdownNow();
            }
            answer.text("hello").complete();
            stopped.get(60, TimeUnit.SECONDS);
        }
    }

    private static ServingStatus health(ManagedChannel channel) {
        return HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }
}
