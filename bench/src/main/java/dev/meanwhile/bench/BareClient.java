package dev.meanwhile.bench;

import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;

/** The least that a Java program can do to ask a server: one channel, one call. The limit of {@code bench/startup}. */
final class BareClient {
    private BareClient() {}

    public static void main(String[] args) {
        int colon = args[0].lastIndexOf(':');
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        args[0].substring(0, colon), Integer.parseInt(args[0].substring(colon + 1)))
                .usePlaintext()
                .build();
        try {
            System.out.println(SessionServiceGrpc.newBlockingStub(channel)
                    .listSessions(ListSessionsRequest.getDefaultInstance())
                    .getSessionsCount());
        } finally {
            channel.shutdownNow();
        }
    }
}
