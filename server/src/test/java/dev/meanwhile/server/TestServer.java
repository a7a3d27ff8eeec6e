package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.OperatorServiceGrpc.OperatorServiceBlockingStub;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import dev.meanwhile.v1.SubmitMessageRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A whole server in this process: real SQLite in a folder, real gRPC over loopback, models as given. */
final class TestServer implements AutoCloseable {
    private final Server server;
    private final ManagedChannel channel;
    private final ErrorWitness witness = new ErrorWitness();
    private boolean stopped;

    private TestServer(Server server) {
        this.server = server;
        this.channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .intercept(witness)
                .build();
    }

    /** With the models given in place of the configured ones, in their order. */
    static TestServer start(Path folder, Clock clock, List<LanguageModel> models, String... flags) throws IOException {
        List<String> all = new ArrayList<>(
                List.of("--grpc=127.0.0.1:0", "--http=off", "--data=" + folder, "--drain=2s", "--log-level=WARN"));
        all.addAll(List.of(flags));
        ServerConfig config = ServerConfig.read(all, Map.of());
        return new TestServer(Server.start(config, clock, models, failure -> {
            throw new AssertionError("the store had to end the process", failure);
        }));
    }

    static TestServer start(Path folder, LanguageModel model, String... flags) throws IOException {
        return start(folder, Clock.systemUTC(), List.of(model), flags);
    }

    /** With the built-in model, which answers at once. */
    static TestServer start(Path folder, String... flags) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "--model.simulated.adapter=simulated",
                "--model.simulated.latency=0s",
                "--model.simulated.chunk-delay=0s"));
        all.addAll(List.of(flags));
        return start(folder, Clock.systemUTC(), List.of(), all.toArray(String[]::new));
    }

    SessionServiceBlockingStub users() {
        return SessionServiceGrpc.newBlockingStub(channel);
    }

    OperatorServiceBlockingStub operators() {
        return OperatorServiceGrpc.newBlockingStub(channel);
    }

    ManagedChannel channel() {
        return channel;
    }

    int port() {
        return server.port();
    }

    Duration patience() {
        return server.patience();
    }

    /** What operators are answered over HTTP, if a flag turned it on. */
    HttpResponse<String> http(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.httpPort() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    /** Makes a session of that id in the default workspace; the first one becomes the active one. */
    Session session(String id) {
        return users().createSession(
                        CreateSessionRequest.newBuilder().setSessionId(id).build())
                .getSession();
    }

    Message submit(String session, String text) {
        return users().submitMessage(SubmitMessageRequest.newBuilder()
                        .setSessionId(session)
                        .setText(text)
                        .build())
                .getMessage();
    }

    /** Ends in order, as after SIGTERM, while its clients are still connected. */
    void stop() throws InterruptedException {
        stopped = true;
        server.stop();
    }

    /** The first part of {@link #stop}: nothing runs any more. */
    void drain() throws InterruptedException {
        server.drain();
    }

    /** The second part: ends, once clients have read what they were sent, but within that time. */
    void end(Duration rest) throws InterruptedException {
        stopped = true;
        server.close(rest);
    }

    /** Ends in order, once its clients have gone. Every error that came on {@link #channel} must be the contract's. */
    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow();
        if (!stopped) {
            server.stop();
        }
        assertEquals(List.of(), witness.violations());
    }
}
