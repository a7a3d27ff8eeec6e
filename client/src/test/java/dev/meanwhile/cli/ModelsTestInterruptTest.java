package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.testing.ScriptedService;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.CreateSessionResponse;
import dev.meanwhile.v1.DeleteSessionRequest;
import dev.meanwhile.v1.DeleteSessionResponse;
import dev.meanwhile.v1.ExplainMessageRequest;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.GetServerInfoRequest;
import dev.meanwhile.v1.GetServerInfoResponse;
import dev.meanwhile.v1.ListModelsRequest;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code models test} says when it is ended: its own clean-up is no trouble of the model. */
@Timeout(60)
final class ModelsTestInterruptTest {
    @TempDir
    private Path home = Path.of("");

    /** Planted: no word at the end; found red, by the verdict. */
    @Test
    void theEndOfTheTestIsNoVerdict() throws Exception {
        Slow service = new Slow();
        try (LoopbackServer server = LoopbackServer.of(service)) {
            Process command = CommandProcess.of(home, server.address(), "models", "test", "slow")
                    .redirectErrorStream(true)
                    .start();
            assertTrue(service.followed.await(30, TimeUnit.SECONDS));

            command.toHandle().destroy(); // that of the process closes what it says, too

            String said = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals("the test was ended; nothing is known of model slow\n", said);
            assertTrue(command.waitFor(30, TimeUnit.SECONDS));
        }
    }

    /**
     * Begins no answer. A deletion ends the stream at once, and its call only when the test, whose question is gone,
     * deletes the session, too: so what it has to say of that is said before the program ends.
     */
    private static final class Slow extends SessionServiceGrpc.SessionServiceImplBase {
        final CountDownLatch followed = new CountDownLatch(1);
        private final List<StreamObserver<ResponseChunksResponse>> streams = new ArrayList<>();
        private final List<StreamObserver<DeleteSessionResponse>> deletions = new ArrayList<>();

        @Override
        public void getServerInfo(GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> answers) {
            end(answers, GetServerInfoResponse.getDefaultInstance());
        }

        @Override
        public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> answers) {
            end(
                    answers,
                    ListModelsResponse.newBuilder()
                            .addModels(Model.newBuilder().setName("slow"))
                            .build());
        }

        @Override
        public void createSession(CreateSessionRequest request, StreamObserver<CreateSessionResponse> answers) {
            end(answers, CreateSessionResponse.getDefaultInstance());
        }

        @Override
        public void submitMessage(SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> answers) {
            end(
                    answers,
                    SubmitMessageResponse.newBuilder()
                            .setMessage(Message.newBuilder().setMessageId("m1"))
                            .build());
        }

        @Override
        public void explainMessage(ExplainMessageRequest request, StreamObserver<ExplainMessageResponse> answers) {
            end(answers, ExplainMessageResponse.getDefaultInstance());
        }

        @Override
        public synchronized void responseChunks(
                ResponseChunksRequest request, StreamObserver<ResponseChunksResponse> answers) {
            answers.onNext(ScriptedService.started("e"));
            streams.add(answers);
            followed.countDown();
        }

        @Override
        public synchronized void deleteSession(
                DeleteSessionRequest request, StreamObserver<DeleteSessionResponse> answers) {
            streams.forEach(
                    stream -> end(stream, ScriptedService.closing(ClosingReason.CLOSING_REASON_SESSION_DELETED, 0)));
            streams.clear();
            deletions.add(answers);
            if (deletions.size() > 1) {
                deletions.forEach(each -> end(each, DeleteSessionResponse.getDefaultInstance()));
            }
        }

        private static <T> void end(StreamObserver<T> answers, T answer) {
            answers.onNext(answer);
            answers.onCompleted();
        }
    }
}
