package dev.meanwhile.bench;

import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceImplBase;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.HexFormat;
import java.util.concurrent.Executors;

/** The limit L1: a server that does nothing but answer, with what grpc-java has to run handlers on. */
public final class NoopServer {
    private NoopServer() {}

    /** Where a handler runs. */
    enum Kind {
        DEFAULT,
        DIRECT,
        VIRTUAL
    }

    /** Arguments: the kind, and the response in hex. */
    public static void main(String[] args) throws IOException, InterruptedException {
        SubmitMessageResponse response =
                SubmitMessageResponse.parseFrom(HexFormat.of().parseHex(args[1]));
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new java.net.InetSocketAddress("127.0.0.1", 0))
                .addService(new SessionServiceImplBase() {
                    @Override
                    public void submitMessage(
                            SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> observer) {
                        observer.onNext(response);
                        observer.onCompleted();
                    }
                });
        switch (Kind.valueOf(args[0])) {
            case DEFAULT -> {}
            case DIRECT -> builder.directExecutor();
            case VIRTUAL -> builder.executor(Executors.newVirtualThreadPerTaskExecutor());
        }
        var server = builder.build().start();
        System.out.println("listening on 127.0.0.1:" + server.getPort());
        server.awaitTermination();
    }
}
