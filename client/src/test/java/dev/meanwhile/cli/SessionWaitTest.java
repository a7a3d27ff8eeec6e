package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.v1.ExplainMessageRequest;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.ListMessagesResponse;
import dev.meanwhile.v1.ListModelsRequest;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.QueueStage;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.SwitchSessionRequest;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.Turn;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is looked up beside a command's own call, where something is pending. */
final class SessionWaitTest {
    private static final Session PENDING = Session.newBuilder()
            .setSessionId("s1")
            .setNumber(1)
            .setName("one")
            .setState(SessionState.SESSION_STATE_OPEN)
            .setModel("m")
            .setQueuedMessages(1)
            .build();

    /** Planted: the failure of such a call let through; found red for each command. */
    @Test
    void aCommandGoesOnWhereTheReasonCanNotBeHad() {
        Captured sessions = run(new Service(), "sessions");
        assertTrue(sessions.out().contains("one"), sessions::out);
        Captured change = run(new Service(), "switch", "1");
        assertTrue(change.err().endsWith("\nmore is on its way; follow it with: bin/meanwhile tail 1\n"), change::err);
    }

    /** Red if 50 are asked for at once, or never more than a few: what was cancelled then hides what waits. */
    @Test
    void whatWaitsIsFoundBehindWhatWasCancelled() {
        List<Integer> pages = new CopyOnWriteArrayList<>();
        Turn gone = turn("cancelled", 7);
        Captured change = run(
                new Service() {
                    @Override
                    public void listMessages(
                            ListMessagesRequest request, StreamObserver<ListMessagesResponse> answers) {
                        pages.add(request.getPageSize());
                        end(
                                answers,
                                ListMessagesResponse.newBuilder()
                                        .addAllTurns(List.of(gone, gone, gone, gone, turn("waits", 0))
                                                .subList(0, Math.min(5, request.getPageSize())))
                                        .build());
                    }

                    @Override
                    public void explainMessage(
                            ExplainMessageRequest request, StreamObserver<ExplainMessageResponse> answers) {
                        assertEquals("waits", request.getMessageId());
                        end(
                                answers,
                                ExplainMessageResponse.newBuilder()
                                        .setMessage(Message.newBuilder().setState(MessageState.MESSAGE_STATE_QUEUED))
                                        .setQueue(QueueStage.newBuilder().setWorkersPaused(true))
                                        .build());
                    }
                },
                "switch",
                "1");
        assertTrue(change.err().contains("the next answer waits: queued; an operator has paused"), change::err);
        assertEquals(List.of(4, 50), pages);
    }

    /** Planted, one by one: the patience of other calls for each of these looks; found red. */
    @Test
    void aSilentServerHoldsUpWhatIsDoneForAShortTimeOnly() {
        Map<String, Duration> patience = new ConcurrentHashMap<>();
        Service service = new Service() {
            @Override
            public void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> answers) {
                asked("sessions");
                super.listSessions(request, answers);
            }

            @Override
            public void submitMessage(SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> answers) {
                asked("submit");
                end(
                        answers,
                        SubmitMessageResponse.newBuilder()
                                .setMessage(Message.newBuilder()
                                        .setMessageId("m1")
                                        .setSessionId("s1")
                                        .setRoute(Route.ROUTE_BACKGROUND))
                                .build());
            }

            @Override
            public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> answers) {
                asked("models");
                end(
                        answers,
                        ListModelsResponse.newBuilder()
                                .addModels(Model.newBuilder().setName("m"))
                                .build());
            }

            @Override
            public void listMessages(ListMessagesRequest request, StreamObserver<ListMessagesResponse> answers) {
                asked("messages");
                end(
                        answers,
                        ListMessagesResponse.newBuilder()
                                .addTurns(turn("m1", 0))
                                .build());
            }

            @Override
            public void explainMessage(ExplainMessageRequest request, StreamObserver<ExplainMessageResponse> answers) {
                asked("explain");
                super.explainMessage(request, answers);
            }

            private void asked(String what) {
                patience.put(
                        what, Duration.ofNanos(Context.current().getDeadline().timeRemaining(TimeUnit.NANOSECONDS)));
            }
        };
        run(service, "sessions");
        assertHurried(patience, Set.of("sessions"), Set.of("models"));
        run(service, "send", "-s", "1", "hello");
        assertHurried(patience, Set.of("sessions", "submit"), Set.of("models", "explain"));
        run(service, "switch", "1");
        assertHurried(patience, Set.of("sessions"), Set.of("models", "messages", "explain"));
        run(service, "models");
        assertHurried(patience, Set.of("models"), Set.of("sessions"));
    }

    private static void assertHurried(Map<String, Duration> patience, Set<String> patient, Set<String> hurried) {
        Map<Boolean, Set<String>> calls = patience.entrySet().stream()
                .collect(Collectors.partitioningBy(
                        call -> call.getValue().compareTo(Duration.ofSeconds(3)) <= 0,
                        Collectors.mapping(Map.Entry::getKey, Collectors.toSet())));
        assertEquals(Map.of(false, patient, true, hurried), calls);
        patience.clear();
    }

    private static Turn turn(String id, long terminal) {
        return Turn.newBuilder()
                .setMessage(Message.newBuilder().setMessageId(id).setTerminalSequence(terminal))
                .build();
    }

    private static Captured run(Service service, String... args) {
        Captured shell = Captured.terminal();
        try (LoopbackServer server = LoopbackServer.of(service)) {
            shell.environment.put("MEANWHILE_SERVER", server.address().toString());
            assertEquals(0, shell.run(args), shell::err);
        }
        return shell;
    }

    /** Knows one session, and nothing of why it waits. */
    private static class Service extends SessionServiceGrpc.SessionServiceImplBase {
        @Override
        public void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> answers) {
            end(answers, ListSessionsResponse.newBuilder().addSessions(PENDING).build());
        }

        @Override
        public void switchSession(SwitchSessionRequest request, StreamObserver<SwitchSessionResponse> answers) {
            end(answers, SwitchSessionResponse.newBuilder().setSession(PENDING).build());
        }

        static <T> void end(StreamObserver<T> answers, T answer) {
            answers.onNext(answer);
            answers.onCompleted();
        }
    }
}
