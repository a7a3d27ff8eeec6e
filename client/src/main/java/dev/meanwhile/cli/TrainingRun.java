package dev.meanwhile.cli;

import com.google.protobuf.MessageLite;
import dev.meanwhile.v1.AnswerCompleted;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntries;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.StreamStarted;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.TextChunk;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * Uses what commands use, once, while the JVM notes it for the archive that lets them start fast. Started by
 * {@code bin/meanwhile} after a build. The server it talks to is its own and knows only a few fixed answers.
 */
public final class TrainingRun {
    private static final long LONGEST_MILLIS = 120_000;
    private static final Session SESSION = Session.newBuilder()
            .setSessionId("s")
            .setNumber(1)
            .setName("one")
            .setModel("m")
            .setActive(true)
            .setState(SessionState.SESSION_STATE_OPEN)
            .build();

    /** What is said to some calls; the others get an empty message of their kind. */
    private static final Map<String, List<MessageLite>> ANSWERS = Map.of(
            SessionServiceGrpc.getListSessionsMethod().getFullMethodName(),
            List.of(ListSessionsResponse.newBuilder()
                    .addSessions(SESSION)
                    .setActiveSessionId("s")
                    .build()),
            SessionServiceGrpc.getListModelsMethod().getFullMethodName(),
            List.of(ListModelsResponse.newBuilder()
                    .addModels(Model.newBuilder().setName("m").setDefaultModel(true))
                    .build()),
            SessionServiceGrpc.getSubmitMessageMethod().getFullMethodName(),
            List.of(SubmitMessageResponse.newBuilder()
                    .setMessage(Message.newBuilder()
                            .setSessionId("s")
                            .setMessageId("m")
                            .setRoute(Route.ROUTE_FOREGROUND))
                    .build()),
            SessionServiceGrpc.getResponseChunksMethod().getFullMethodName(),
            List.of(
                    ResponseChunksResponse.newBuilder()
                            .setStarted(StreamStarted.getDefaultInstance())
                            .build(),
                    ResponseChunksResponse.newBuilder()
                            .setEntries(ResponseEntries.newBuilder()
                                    .addEntries(ResponseEntry.newBuilder()
                                            .setSequence(1)
                                            .setMessageId("m")
                                            .setText(TextChunk.newBuilder().setText("text")))
                                    .addEntries(ResponseEntry.newBuilder()
                                            .setSequence(2)
                                            .setMessageId("m")
                                            .setCompleted(AnswerCompleted.getDefaultInstance())))
                            .build()));

    /** What is run; their order means nothing. */
    private static final List<List<String>> COMMANDS = List.of(
            List.of("sessions"),
            List.of("sessions", "--json"),
            List.of("switch", "1"),
            List.of("new", "two"),
            List.of("send", "text"),
            List.of("send", "-s", "one", "--wait", "text"),
            List.of("tail", "--message", "m"),
            List.of("explain", "m"),
            List.of("history"),
            List.of("models"),
            List.of("stats"),
            List.of("notifications"),
            List.of("--help"),
            List.of("sesions"));

    private TrainingRun() {}

    public static void main(String[] args) throws IOException {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                Thread.sleep(LONGEST_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(1);
        });
        Main.startFast();
        run(COMMANDS, OutputStream.nullOutputStream());
        System.exit(0);
    }

    /** Runs the commands one by one; how they end is of no interest here. */
    static void run(List<List<String>> commands, OutputStream output) throws IOException {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(answering(SessionServiceGrpc.getServiceDescriptor()))
                .addService(answering(OperatorServiceGrpc.getServiceDescriptor()))
                .build()
                .start();
        Path home = Files.createTempDirectory("meanwhile-training-");
        try {
            String address = "127.0.0.1:" + server.getPort();
            Map<String, String> environment = Map.of("MEANWHILE_SERVER", address, "HOME", home.toString());
            for (List<String> command : commands) {
                for (boolean terminal : new boolean[] {true, false}) {
                    String[] args = command.toArray(String[]::new);
                    Cli.over(shell(output, terminal, environment), args).execute(args);
                }
            }
        } finally {
            server.shutdownNow();
            Folders.delete(home);
        }
    }

    private static Shell shell(OutputStream output, boolean terminal, Map<String, String> environment) {
        PrintStream stream = new PrintStream(output, true);
        return new Shell(
                new Screen(stream, stream, terminal, terminal, terminal),
                InputStream.nullInputStream(),
                terminal,
                environment::get,
                Clock.systemDefaultZone());
    }

    private static ServerServiceDefinition answering(ServiceDescriptor service) {
        ServerServiceDefinition.Builder answering = ServerServiceDefinition.builder(service);
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
            add(answering, method);
        }
        return answering.build();
    }

    @SuppressWarnings("unchecked") // the answers stand under the name of their method
    private static <Q, A> void add(ServerServiceDefinition.Builder service, MethodDescriptor<Q, A> method) {
        List<A> answers = (List<A>) ANSWERS.getOrDefault(method.getFullMethodName(), List.of((MessageLite)
                ((PrototypeMarshaller<A>) method.getResponseMarshaller()).getMessagePrototype()));
        service.addMethod(method, ServerCalls.asyncServerStreamingCall((request, observer) -> {
            answers.forEach(observer::onNext);
            observer.onCompleted();
        }));
    }
}
