package dev.meanwhile.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.testing.Refusals;
import dev.meanwhile.testing.ScriptedService;
import dev.meanwhile.testing.ScriptedService.Script;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A submit is tried again only where that can help, and never under another id. */
final class CallRetryTest {
    private static final Script<SubmitMessageRequest, SubmitMessageResponse> ACCEPT = (request, answers) -> {
        answers.onNext(SubmitMessageResponse.newBuilder().setEpoch("e1").build());
        answers.onCompleted();
    };

    private final Patience patience = new Patience();

    @Test
    void everyAttemptCarriesTheIdOfTheFirst() {
        ScriptedService service = new ScriptedService()
                .submit(fail(Status.UNAVAILABLE.asRuntimeException()))
                .submit(fail(Refusals.of(Status.Code.UNAVAILABLE, "STORAGE_UNAVAILABLE", Map.of())))
                .submit(fail(Refusals.of(Status.Code.DEADLINE_EXCEEDED, "CALL_TIMEOUT", Map.of())))
                .submit(ACCEPT)
                .submit(ACCEPT);
        submit(service, client -> {
            client.submit("s", "hello");
            client.submit("s", "hello");
        });
        List<String> ids = service.submitted.stream()
                .map(SubmitMessageRequest::getRequestId)
                .toList();
        assertEquals(5, ids.size());
        assertFalse(ids.getFirst().isEmpty());
        assertEquals(1, ids.subList(0, 4).stream().distinct().count(), ids::toString);
        assertNotEquals(ids.get(3), ids.get(4), "two submits of the same text are two messages");
        assertEquals(3, patience.asked.size());
        assertTrue(service.submitted.stream().allMatch(r -> r.getWorkspace().equals("w")));
    }

    /** Fails (by waiting for ever) if the call has no deadline: the first attempt is never answered. */
    @Test
    void aSilentServerIsAskedAgainUnderTheSameId() {
        ScriptedService service = new ScriptedService().submit((request, answers) -> {});
        // More than one, since on a busy machine also an answered attempt may come too late.
        for (int i = 1; i < Backoff.ofCalls().attempts(); i++) {
            service.submit(ACCEPT);
        }
        try (LoopbackServer server = LoopbackServer.of(service);
                MeanwhileClient client =
                        MeanwhileClient.connect(server.address(), "w", patience.config(Duration.ofMillis(500)))) {
            client.submit("s", "hello");
        }
        assertEquals(
                1,
                service.submitted.stream()
                        .map(SubmitMessageRequest::getRequestId)
                        .distinct()
                        .count());
        assertTrue(patience.asked.size() >= 1, "nothing was tried again");
    }

    @Test
    void anIdThatWasGivenIsKept() {
        ScriptedService service = new ScriptedService()
                .submit(fail(Status.UNAVAILABLE.asRuntimeException()))
                .submit(ACCEPT);
        submit(
                service,
                client -> client.submit(SubmitMessageRequest.newBuilder()
                        .setSessionId("s")
                        .setRequestId("mine")
                        .build()));
        assertEquals(
                List.of("mine", "mine"),
                service.submitted.stream()
                        .map(SubmitMessageRequest::getRequestId)
                        .toList());
    }

    @Test
    void itGivesUp() {
        ScriptedService service = new ScriptedService();
        for (int i = 0; i < 20; i++) {
            service.submit(fail(Status.UNAVAILABLE.asRuntimeException()));
        }
        submit(service, client -> assertThrows(RpcError.class, () -> client.submit("s", "hello")));
        assertEquals(Backoff.ofCalls().attempts(), service.submitted.size());
        assertEquals(Backoff.ofCalls().attempts() - 1, patience.asked.size());
    }

    @Test
    void itWaitsAsLongAsTheServerAsks() {
        ScriptedService service = new ScriptedService()
                .submit(fail(Refusals.retryAfter(Status.Code.RESOURCE_EXHAUSTED, "QUEUE_FULL", 7)))
                .submit(ACCEPT);
        submit(service, client -> client.submit("s", "hello"));
        assertEquals(List.of(Duration.ofSeconds(7)), patience.asked);
    }

    @Test
    void aWaitLongerThanACallIsLeftToTheCaller() {
        ScriptedService service = new ScriptedService()
                .submit(fail(Refusals.retryAfter(Status.Code.RESOURCE_EXHAUSTED, "WORKSPACE_QUOTA", 3_600)));
        submit(service, client -> {
            RpcError error = assertThrows(RpcError.class, () -> client.submit("s", "hello"));
            assertEquals(Duration.ofHours(1), error.retryDelay().orElseThrow());
        });
        assertTrue(patience.asked.isEmpty());
    }

    @Test
    void aRefusalIsNotTriedAgain() {
        List<RuntimeException> refusals = List.of(
                Refusals.of(Status.Code.INVALID_ARGUMENT, "INVALID_FIELD", Map.of("field", "text")),
                Refusals.of(Status.Code.FAILED_PRECONDITION, "SESSION_CLOSED", Map.of()),
                Refusals.of(Status.Code.INTERNAL, "INTERNAL", Map.of()),
                // The transport's own, for a request that is too large.
                Status.RESOURCE_EXHAUSTED.asRuntimeException());
        for (RuntimeException refusal : refusals) {
            ScriptedService service = new ScriptedService().submit(fail(refusal));
            submit(service, client -> assertThrows(RpcError.class, () -> client.submit("s", "hello")));
            assertEquals(1, service.submitted.size());
        }
        assertTrue(patience.asked.isEmpty());
    }

    @Test
    void nobodyAtTheAddressIsSaidAtOnce() {
        try (MeanwhileClient client = MeanwhileClient.connect(LoopbackServer.nowhere(), "w", patience.config())) {
            assertTrue(assertThrows(RpcError.class, () -> client.submit("s", "hello"))
                    .isNoServer());
        }
        assertTrue(patience.asked.isEmpty());
    }

    private interface Use {
        void with(MeanwhileClient client);
    }

    private void submit(ScriptedService service, Use use) {
        try (LoopbackServer server = LoopbackServer.of(service);
                MeanwhileClient client = MeanwhileClient.connect(server.address(), "w", patience.config())) {
            use.with(client);
        }
    }

    private static Script<SubmitMessageRequest, SubmitMessageResponse> fail(RuntimeException failure) {
        return (request, answers) -> answers.onError(failure);
    }
}
