package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.client.ServerAddress;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code send} says when it is ended before the server has answered; a process of its own, by a real signal. */
@Timeout(60)
final class SendInterruptTest {
    @TempDir
    private Path home = Path.of("");

    /** Planted: no word; found red. */
    @Test
    void beforeTheMessageIsOnItsWayNothingWasSent() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Process send = send(ServerAddress.parse("127.0.0.1:" + silent.getLocalPort()));
            try (Socket asked = silent.accept()) {
                assertEquals("nothing was sent\n", saidAtItsEnd(send), asked::toString);
            }
        }
    }

    /** Planted: no word; that nothing was sent. Both found red. */
    @Test
    void aMessageThatIsNotAnsweredMayHaveArrived() throws Exception {
        Mute service = new Mute();
        try (LoopbackServer server = LoopbackServer.of(service)) {
            Process send = send(server.address());
            assertTrue(service.asked.await(30, TimeUnit.SECONDS));
            assertEquals(
                    "whether the server took the message is not known; look with: bin/meanwhile --server "
                            + server.address() + " history 7\n",
                    saidAtItsEnd(send));
        }
    }

    private Process send(ServerAddress server) throws IOException {
        return CommandProcess.of(home, server, "send", "hello").start();
    }

    private static String saidAtItsEnd(Process send) throws IOException, InterruptedException {
        send.toHandle().destroy(); // that of the process closes what it says, too
        String said = new String(send.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(send.waitFor(30, TimeUnit.SECONDS));
        return said;
    }

    /** Has a session, and answers no message. */
    private static final class Mute extends SessionServiceGrpc.SessionServiceImplBase {
        final CountDownLatch asked = new CountDownLatch(1);

        @Override
        public void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> answers) {
            answers.onNext(ListSessionsResponse.newBuilder()
                    .setActiveSessionId("s7")
                    .addSessions(
                            Session.newBuilder().setSessionId("s7").setNumber(7).setActive(true))
                    .build());
            answers.onCompleted();
        }

        @Override
        public void submitMessage(SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> answers) {
            asked.countDown();
        }
    }
}
