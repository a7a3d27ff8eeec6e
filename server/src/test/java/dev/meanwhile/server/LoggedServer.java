package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.ListWorkersRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.OperatorServiceGrpc.OperatorServiceBlockingStub;
import dev.meanwhile.v1.PauseWorkersRequest;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SwitchSessionRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A server as users start it, a process of its own, with its standard error in a file. */
final class LoggedServer implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
    private static final int PATIENCE_SECONDS = 60;
    private final Process process;
    private final Path log;
    private final ManagedChannel channel;

    private LoggedServer(Process process, Path log) throws IOException {
        this.process = process;
        this.log = log;
        this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port(process))
                .usePlaintext()
                .build();
    }

    static LoggedServer start(Path folder, String... flags) throws IOException {
        Path log = Files.createTempFile(folder, "stderr", ".log");
        Process process = new ProcessBuilder(command(folder, flags))
                .redirectError(log.toFile())
                .start();
        try {
            return new LoggedServer(process, log);
        } catch (IOException | RuntimeException | Error e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** A server as a process of its own, on a free port and with its data below the folder. */
    static List<String> command(Path folder, String... flags) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--grpc=127.0.0.1:0",
                "--http=off",
                "--data=" + folder.resolve("data")));
        command.addAll(List.of(flags));
        return command;
    }

    private static int port(Process process) throws IOException {
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
        }
        throw new AssertionError("the server ended before it listened");
    }

    SessionServiceBlockingStub users() {
        return SessionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    void session(String id, String model) {
        users().createSession(CreateSessionRequest.newBuilder()
                .setSessionId(id)
                .setModel(model)
                .build());
    }

    Message submit(String session, String text) {
        return users().submitMessage(SubmitMessageRequest.newBuilder()
                        .setSessionId(session)
                        .setText(text)
                        .build())
                .getMessage();
    }

    /** Reads the message's part of the log until its end. */
    void awaitEnd(Message message) {
        users().responseChunks(ResponseChunksRequest.newBuilder()
                        .setSessionId(message.getSessionId())
                        .setMessageId(message.getMessageId())
                        .setFollow(true)
                        .build())
                .forEachRemaining(response -> {});
    }

    void activate(String session) {
        users().switchSession(
                        SwitchSessionRequest.newBuilder().setSessionId(session).build());
    }

    void pause() {
        operators().pauseWorkers(PauseWorkersRequest.getDefaultInstance());
    }

    /** Until a worker runs a message. */
    void awaitRunning() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .until(() -> operators()
                                .listWorkers(ListWorkersRequest.getDefaultInstance())
                                .getAnswersCount()
                        > 0);
    }

    private OperatorServiceBlockingStub operators() {
        return OperatorServiceGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Ends the server in order, and gives what it wrote, each line without its time. */
    List<String> stop() throws IOException, InterruptedException {
        close();
        assertEquals(0, process.exitValue());
        return Files.readAllLines(log).stream()
                .map(line -> {
                    assertTrue(line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z \\[[A-Z]+] .+"), line);
                    return line.substring(line.indexOf(' ') + 1);
                })
                .toList();
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow();
        process.destroy();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the server did not end within " + PATIENCE_SECONDS + " s of SIGTERM");
        }
    }
}
