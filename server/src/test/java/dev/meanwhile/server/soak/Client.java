package dev.meanwhile.server.soak;

import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.ListMessagesResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceFutureStub;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceStub;
import dev.meanwhile.v1.Turn;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.List;

/** One connection to the server. */
final class Client implements AutoCloseable {
    private final ManagedChannel channel;

    Client(int port) {
        this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .disableRetry() // a repeat is ours to make, and to count
                .build();
    }

    SessionServiceBlockingStub users() {
        return SessionServiceGrpc.newBlockingStub(channel);
    }

    SessionServiceFutureStub futures() {
        return SessionServiceGrpc.newFutureStub(channel);
    }

    SessionServiceStub streams() {
        return SessionServiceGrpc.newStub(channel);
    }

    void createSession(String id) {
        users().createSession(CreateSessionRequest.newBuilder().setSessionId(id).build());
    }

    /** All messages of a session in the order of their submission. */
    List<Message> messages(String session) {
        List<Message> found = new ArrayList<>();
        String page = "";
        do {
            ListMessagesResponse response = users().listMessages(ListMessagesRequest.newBuilder()
                    .setSessionId(session)
                    .setPageSize(1_000)
                    .setPageToken(page)
                    .setOldestFirst(true)
                    .build());
            response.getTurnsList().stream().map(Turn::getMessage).forEach(found::add);
            page = response.getNextPageToken();
        } while (!page.isEmpty());
        return found;
    }

    /** Cuts what is under way, as a client that dies does. */
    @Override
    public void close() {
        channel.shutdownNow();
    }
}
