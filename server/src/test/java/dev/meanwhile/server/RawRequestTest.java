package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SubmitMessageRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are no requests: raw bytes in every call of both services. */
final class RawRequestTest {
    private static final byte[] BROKEN = {10, 100, 'x'};
    private static final byte[] NO_GROUP_END = {(byte) 0x0b, 1};
    private static final byte[] BAD_UTF8 = {10, 3, 'a', (byte) 0xff, 'b'};
    private static final byte[] HALF_PAIR = {10, 3, (byte) 0xed, (byte) 0xa0, (byte) 0x80};

    @TempDir
    Path folder;

    /** Planted: the guard inside of the parsing, where grpc-java answers UNKNOWN; found red. */
    @Test
    void whatIsNoMessageOfTheMethodIsRefusedInWords() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel(), "--drain=0")) {
            for (MethodDescriptor<?, ?> method : methods()) {
                for (byte[] bytes : List.of(BROKEN, NO_GROUP_END)) {
                    malformed(server, method, "", List.of(bytes));
                }
            }
            for (MethodDescriptor<?, ?> method :
                    SessionServiceGrpc.getServiceDescriptor().getMethods()) {
                boolean text = !String.valueOf(method.getBareMethodName()).matches("ListModels|GetServerInfo");
                for (byte[] bytes : text ? List.of(BAD_UTF8, HALF_PAIR) : List.<byte[]>of()) {
                    malformed(server, method, "", List.of(bytes));
                }
            }
            assertEquals(
                    0,
                    server.users()
                            .listSessions(ListSessionsRequest.getDefaultInstance())
                            .getSessionsCount());
        }
    }

    /** Planted: only known encodings refused, so that grpc-java unpacks gzip; found red. */
    @Test
    void compressedRequestsAreRefused() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel(), "--drain=0")) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            byte[] good = SubmitMessageRequest.newBuilder()
                    .setSessionId("one")
                    .setText("x".repeat(10_000))
                    .build()
                    .toByteArray();
            malformed(server, SessionServiceGrpc.getSubmitMessageMethod(), "gzip", List.of(good));
            for (MethodDescriptor<?, ?> method : methods()) {
                malformed(server, method, "gzip", List.of(new byte[0]));
            }
            assertEquals(0, calls.session("one").getQueuedMessages());
            assertTrue(call(server, SessionServiceGrpc.getSubmitMessageMethod(), "", List.of(good))
                    .isOk());
        }
    }

    /** Planted: the end of a call without a request passed on as grpc-java makes it, as it was; found red. */
    @Test
    void noRequestAndTwoRequestsAreRefusedInWords() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel(), "--drain=0")) {
            for (MethodDescriptor<?, ?> method : methods()) {
                malformed(server, method, "", List.of());
                StatusRuntimeException two = answer(server, method, "", List.of(new byte[0], new byte[0]));
                if (two.getStatus().getCode() != Status.Code.CANCELLED) { // the end may overtake what is still sent
                    assertEquals("MALFORMED_REQUEST", ErrorDetails.refused(two).reason());
                }
            }
        }
    }

    /** An older server meets a newer client. Planted: unknown fields refused by the guard; found red. */
    @Test
    void fieldsTheServerDoesNotKnowAreSkipped() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel(), "--drain=0")) {
            byte[] id = "one".getBytes(StandardCharsets.US_ASCII);
            byte[] request = new byte[] {18, 3, id[0], id[1], id[2], (byte) 0xaa, 6, 1, 'x', (byte) 0xb0, 6, 7};
            Status status = call(server, SessionServiceGrpc.getCreateSessionMethod(), "", List.of(request));
            assertTrue(status.isOk(), status.toString());
            assertEquals("one", new UserCalls(server).session("one").getSessionId());
        }
    }

    /** Planted: the cap armed only once a request has come; found red. */
    @Test
    void aUnaryCallWhoseBodyNeverComesEnds() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel(), "--call-timeout=200ms")) {
            CompletableFuture<StatusRuntimeException> ended = new CompletableFuture<>();
            ClientCall<byte[], byte[]> call =
                    server.channel().newCall(raw(SessionServiceGrpc.getGetSessionMethod()), CallOptions.DEFAULT);
            call.start(listener(ended), new Metadata());
            call.request(1);
            ErrorDetails.Refused refused = ErrorDetails.refused(ended.get(20, TimeUnit.SECONDS));
            assertEquals("CALL_TIMEOUT", refused.reason());
            assertEquals(Status.Code.DEADLINE_EXCEEDED, refused.code());
        }
    }

    private static void malformed(
            TestServer server, MethodDescriptor<?, ?> method, String encoding, List<byte[]> requests) throws Exception {
        ErrorDetails.Refused refused = ErrorDetails.refused(answer(server, method, encoding, requests));
        assertEquals(Status.Code.INVALID_ARGUMENT, refused.code(), method.getFullMethodName() + ": " + refused.text());
        assertEquals("MALFORMED_REQUEST", refused.reason());
        assertEquals(Status.Code.INVALID_ARGUMENT, refused.code());
        assertTrue(refused.text().contains(refused.metadata().get("problem")), refused.text());
    }

    private static Status call(TestServer server, MethodDescriptor<?, ?> method, String encoding, List<byte[]> requests)
            throws Exception {
        return answer(server, method, encoding, requests).getStatus();
    }

    private static StatusRuntimeException answer(
            TestServer server, MethodDescriptor<?, ?> method, String encoding, List<byte[]> requests) throws Exception {
        CompletableFuture<StatusRuntimeException> ended = new CompletableFuture<>();
        CallOptions options = encoding.isEmpty() ? CallOptions.DEFAULT : CallOptions.DEFAULT.withCompression(encoding);
        ClientCall<byte[], byte[]> call = server.channel().newCall(raw(method), options);
        call.start(listener(ended), new Metadata());
        call.request(100);
        for (byte[] request : requests) {
            call.sendMessage(request);
        }
        call.halfClose();
        return ended.get(20, TimeUnit.SECONDS);
    }

    private static ClientCall.Listener<byte[]> listener(CompletableFuture<StatusRuntimeException> ended) {
        return new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
                ended.complete(status.asRuntimeException(trailers));
            }
        };
    }

    private static List<MethodDescriptor<?, ?>> methods() {
        List<MethodDescriptor<?, ?>> methods =
                new ArrayList<>(SessionServiceGrpc.getServiceDescriptor().getMethods());
        methods.addAll(OperatorServiceGrpc.getServiceDescriptor().getMethods());
        assertEquals(26, methods.size());
        return methods;
    }

    /** The method with bytes for messages, able to send any number of them. */
    private static MethodDescriptor<byte[], byte[]> raw(MethodDescriptor<?, ?> method) {
        MethodDescriptor.Marshaller<byte[]> bytes = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                try {
                    return stream.readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        return MethodDescriptor.newBuilder(bytes, bytes)
                .setFullMethodName(method.getFullMethodName())
                .setType(MethodType.BIDI_STREAMING)
                .build();
    }
}
