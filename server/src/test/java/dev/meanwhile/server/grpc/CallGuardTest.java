package dev.meanwhile.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.meanwhile.v1.ListModelsRequest;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;

/** What a call that reaches a draining server is told, on a connection that was open before. */
final class CallGuardTest {
    /** Planted: the guard not told of the drain; found red. */
    @Test
    void onAnOpenConnectionACallIsToldOfTheDrain() throws Exception {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        CallGuard guard = new CallGuard(timer, Duration.ofSeconds(20));
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerInterceptors.intercept(new NoModels(), guard))
                .build()
                .start();
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", server.getPort())
                .usePlaintext()
                .build();
        try {
            var users = SessionServiceGrpc.newBlockingStub(channel);
            assertEquals(
                    ListModelsResponse.getDefaultInstance(), users.listModels(ListModelsRequest.getDefaultInstance()));
            guard.drain();
            StatusRuntimeException refused = assertThrows(
                    StatusRuntimeException.class, () -> users.listModels(ListModelsRequest.getDefaultInstance()));
            assertEquals(Code.UNAVAILABLE, refused.getStatus().getCode());
            Status status = Objects.requireNonNull(StatusProto.fromThrowable(refused));
            assertEquals(
                    "DRAINING", status.getDetails(0).unpack(ErrorInfo.class).getReason());
            assertEquals(
                    1,
                    status.getDetails(1).unpack(RetryInfo.class).getRetryDelay().getSeconds());
        } finally {
            channel.shutdownNow();
            server.shutdownNow().awaitTermination();
            timer.shutdownNow();
        }
    }

    private static final class NoModels extends SessionServiceGrpc.SessionServiceImplBase {
        @Override
        public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
            observer.onNext(ListModelsResponse.getDefaultInstance());
            observer.onCompleted();
        }
    }
}
