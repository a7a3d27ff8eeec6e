package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every request with an enumeration in it answers to a value it does not know, and to none. */
final class EnumFieldsTest {
    private static final int UNKNOWN = 99;

    /** What the other fields need so that the call comes as far as its enumerations. */
    private static final Map<String, String> NEEDED =
            Map.of("session_id", "one", "text", "hello", "component", "WORKER");

    @TempDir
    Path folder;

    /** Planted: 0 of the level called unknown; the names of a conflict policy without the last. Each found red. */
    @Test
    void aValueThatIsUnknownOrMissingIsAnsweredWithAllNames() throws Exception {
        Map<String, String> unknown = new TreeMap<>();
        Map<String, String> missing = new TreeMap<>();
        try (TestServer server = TestServer.start(folder, new ScriptedModel(), "--drain=0")) {
            server.session("one");
            Stream.of(SessionServiceGrpc.getServiceDescriptor(), OperatorServiceGrpc.getServiceDescriptor())
                    .flatMap(service -> service.getMethods().stream())
                    .forEach(method -> {
                        for (FieldDescriptor field : input(method).getFields()) {
                            if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
                                String name = input(method).getName() + "." + field.getName();
                                unknown.put(name, answer(server, method, field, UNKNOWN));
                                missing.put(name, answer(server, method, field, 0));
                            }
                        }
                    });
        }
        String refused = " has a value this server does not know; use one of ";
        assertEquals(
                Map.of(
                        "ListSessionsRequest.state",
                        "state" + refused + "SESSION_STATE_OPEN, SESSION_STATE_CLOSED",
                        "SubmitMessageRequest.priority",
                        "priority" + refused + "PRIORITY_LOW, PRIORITY_HIGH",
                        "SubmitMessageRequest.conflict_policy",
                        "conflict_policy" + refused
                                + "CONFLICT_POLICY_ENQUEUE, CONFLICT_POLICY_REJECT, CONFLICT_POLICY_INTERRUPT",
                        "SetLogLevelRequest.level",
                        "level" + refused + "LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR"),
                unknown);
        assertEquals(
                Map.of(
                        "ListSessionsRequest.state",
                        "OK",
                        "SubmitMessageRequest.priority",
                        "OK",
                        "SubmitMessageRequest.conflict_policy",
                        "OK",
                        "SetLogLevelRequest.level",
                        "level is missing; set it to one of "
                                + "LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR"),
                missing);
    }

    /** The text of the refusal, which must be INVALID_FIELD; "OK" if there was none. */
    @SuppressWarnings("unchecked")
    private static String answer(TestServer server, MethodDescriptor<?, ?> method, FieldDescriptor field, int value) {
        MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
        Message.Builder request = Objects.requireNonNull(
                        ((MethodDescriptor.PrototypeMarshaller<Message>) typed.getRequestMarshaller())
                                .getMessagePrototype())
                .newBuilderForType();
        NEEDED.forEach((name, needed) -> {
            FieldDescriptor other = input(method).findFieldByName(name);
            if (other != null) {
                request.setField(other, needed);
            }
        });
        request.setField(field, field.getEnumType().findValueByNumberCreatingIfUnknown(value));
        try {
            ClientCalls.blockingUnaryCall(server.channel(), typed, CallOptions.DEFAULT, request.build());
            return "OK";
        } catch (StatusRuntimeException e) {
            ErrorDetails.Refused refused = ErrorDetails.refused(e);
            assertEquals("INVALID_FIELD", refused.reason());
            assertEquals(field.getName(), refused.field());
            return refused.text();
        }
    }

    private static Descriptor input(MethodDescriptor<?, ?> method) {
        return ((ProtoMethodDescriptorSupplier) Objects.requireNonNull(method.getSchemaDescriptor()))
                .getMethodDescriptor()
                .getInputType();
    }
}
