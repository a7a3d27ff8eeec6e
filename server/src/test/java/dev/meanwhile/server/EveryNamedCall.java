package dev.meanwhile.server;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Makes every call of the users' service that names a session or a message, whatever calls the contract has. */
final class EveryNamedCall {
    private final TestServer server;

    EveryNamedCall(TestServer server) {
        this.server = server;
    }

    /** What came back, by call: the error with its text and the very bytes of its details; "OK" if there was none. */
    Map<String, String> answers(String workspace, String sessionId, String messageId) {
        Map<String, String> answers = new TreeMap<>();
        for (MethodDescriptor<?, ?> method :
                SessionServiceGrpc.getServiceDescriptor().getMethods()) {
            Descriptor input = ((ProtoMethodDescriptorSupplier) Objects.requireNonNull(method.getSchemaDescriptor()))
                    .getMethodDescriptor()
                    .getInputType();
            FieldDescriptor session = input.findFieldByName("session_id");
            FieldDescriptor message = input.findFieldByName("message_id");
            if (session == null && message == null || input.getName().equals("CreateSessionRequest")) {
                continue;
            }
            if (session != null) {
                put(answers, method, input, workspace, Map.of("session_id", sessionId));
            }
            if (message != null) {
                Map<String, String> ids = session == null
                        ? Map.of("message_id", messageId)
                        : Map.of("session_id", sessionId, "message_id", messageId);
                put(answers, method, input, workspace, ids);
            }
        }
        return answers;
    }

    private void put(
            Map<String, String> answers,
            MethodDescriptor<?, ?> method,
            Descriptor input,
            String workspace,
            Map<String, String> ids) {
        answers.put(method.getBareMethodName() + ids.keySet(), answer(method, input, workspace, ids));
    }

    @SuppressWarnings("unchecked")
    private String answer(MethodDescriptor<?, ?> method, Descriptor input, String workspace, Map<String, String> ids) {
        MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
        Message.Builder request = Objects.requireNonNull(
                        ((MethodDescriptor.PrototypeMarshaller<Message>) typed.getRequestMarshaller())
                                .getMessagePrototype())
                .newBuilderForType();
        request.setField(input.findFieldByName("workspace"), workspace);
        ids.forEach((field, id) -> request.setField(input.findFieldByName(field), id));
        FieldDescriptor text = input.findFieldByName("text");
        if (text != null) {
            request.setField(text, "hello");
        }
        try {
            ClientCalls.blockingServerStreamingCall(
                            server.channel(), asStream(typed), CallOptions.DEFAULT, request.build())
                    .forEachRemaining(response -> {});
            return "OK";
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() + "\n" + e.getStatus().getDescription() + "\n"
                    + new String(
                            Objects.requireNonNull(StatusProto.fromThrowable(e)).toByteArray(),
                            StandardCharsets.ISO_8859_1);
        }
    }

    /** A unary call read as a stream of one. */
    private static MethodDescriptor<Message, Message> asStream(MethodDescriptor<Message, Message> method) {
        return method.toBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .build();
    }
}
