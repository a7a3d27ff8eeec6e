package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import dev.meanwhile.v1.ErrorReason;
import dev.meanwhile.v1.GetServerInfoRequest;
import dev.meanwhile.v1.Session;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract's comments: what must be documented is, and what the comments promise of errors is what is tested. */
final class ContractTest {
    private static final Pattern STATUS = Pattern.compile("^([A-Z_]+)[,:]");
    private static final Pattern BESIDE = Pattern.compile("with google\\.rpc\\.([A-Za-z]+)");
    private static final Pattern KEYS = Pattern.compile("Keys: ([a-z_, ]+)\\.");

    @TempDir
    Path folder;

    /** Planted: the comment of one field, one RPC and one enum value taken away; each found red. */
    @Test
    void everyCallMessageFieldAndEnumValueHasAComment() throws Exception {
        List<String> bare = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        eachElement((name, comment) -> {
            seen.add(name);
            if (comment.isBlank()) {
                bare.add(name);
            }
        });
        assertEquals(List.of(), bare);
        assertTrue(seen.size() > 400, "only " + seen.size() + " elements found");
        assertTrue(seen.contains("SessionService.SubmitMessage"), seen.toString());
    }

    /** Planted: the limit of CreateSessionRequest.name taken away; found red. */
    @Test
    void everyStringBytesAndMapFieldHasALimit() throws Exception {
        Map<String, String> comments = new HashMap<>();
        eachElement(comments::put);
        List<String> unlimited = new ArrayList<>();
        int checked = 0;
        for (FileDescriptorProto file : files()) {
            for (DescriptorProto message : file.getMessageTypeList()) {
                assertEquals(0, message.getNestedTypeCount(), "a nested type, a map perhaps: " + message.getName());
                for (FieldDescriptorProto field : message.getFieldList()) {
                    if (field.getType() == Type.TYPE_STRING || field.getType() == Type.TYPE_BYTES) {
                        String name = message.getName() + "." + field.getName();
                        checked++;
                        if (!Objects.requireNonNull(comments.get(name)).contains("Limit")) {
                            unlimited.add(name);
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), unlimited);
        assertTrue(checked > 80, "only " + checked + " fields");
    }

    /** Planted: a key in the comment of CURSOR_AHEAD renamed; BadRequest left out of one. Each found red. */
    @Test
    void statusKeysAndDetailsOfEachReasonAreThoseOfItsComment() throws Exception {
        Map<String, String> comments = new HashMap<>();
        eachElement(comments::put);
        for (ErrorReason reason : ErrorReason.values()) {
            if (reason == ErrorReason.UNRECOGNIZED || reason == ErrorReason.ERROR_REASON_UNSPECIFIED) {
                continue;
            }
            String comment = Objects.requireNonNull(comments.get("ErrorReason." + reason))
                    .strip()
                    .replaceAll("\\s+", " ");
            ErrorDetails.Promise promise = Objects.requireNonNull(ErrorDetails.PROMISES.get(reason));
            Matcher status = STATUS.matcher(comment);
            assertTrue(status.find(), comment);
            assertEquals(promise.code().name(), status.group(1));
            Matcher keys = KEYS.matcher(comment);
            assertTrue(keys.find(), comment);
            Set<String> named = keys.group(1).equals("none")
                    ? Set.of()
                    : Set.copyOf(Arrays.asList(keys.group(1).split(", ")));
            assertEquals(promise.keys(), named, reason.name());
            String beside = BESIDE.matcher(comment)
                    .results()
                    .map(detail -> detail.group(1))
                    .collect(Collectors.joining(", "));
            assertEquals(promise.beside(), beside, reason.name());
        }
    }

    /** Planted: STORAGE_BUSY left out of the list of reasons; found red. */
    @Test
    void theServerNamesItsReasonsAndLimits() throws Exception {
        try (TestServer server = TestServer.start(folder, "--queue-capacity=77", "--call-timeout=7s")) {
            var info = server.users().getServerInfo(GetServerInfoRequest.getDefaultInstance());
            assertEquals(List.copyOf(ErrorDetails.PROMISES.keySet()), info.getErrorReasonsList());
            assertEquals(77, info.getLimits().getQueueCapacity());
            assertEquals(20_000, info.getLimits().getWorkspaceCapacity());
            assertEquals(320 << 10, info.getLimits().getRequestBytes());
            assertEquals(256, info.getLimits().getCallsPerConnection());
            assertEquals(10, info.getLimits().getHighClaimsPerLow());
            assertEquals(7, info.getLimits().getCallTimeout().getSeconds());
            assertEquals(15, info.getLimits().getHeartbeatInterval().getSeconds());
        }
    }

    /** Gives the name and the leading comment of every service, call, message, field, enumeration and value. */
    private static void eachElement(BiConsumer<String, String> elements) throws IOException {
        for (FileDescriptorProto file : files()) {
            Map<List<Integer>, String> comments = new HashMap<>();
            for (Location location : file.getSourceCodeInfo().getLocationList()) {
                comments.put(location.getPathList(), location.getLeadingComments());
            }
            for (int i = 0; i < file.getMessageTypeCount(); i++) {
                DescriptorProto message = file.getMessageType(i);
                elements.accept(message.getName(), comments.getOrDefault(List.of(4, i), ""));
                for (int j = 0; j < message.getFieldCount(); j++) {
                    String name = message.getName() + "." + message.getField(j).getName();
                    elements.accept(name, comments.getOrDefault(List.of(4, i, 2, j), ""));
                }
                for (int j = 0; j < message.getOneofDeclCount(); j++) {
                    String name =
                            message.getName() + "." + message.getOneofDecl(j).getName();
                    if (!message.getOneofDecl(j).getName().startsWith("_")) { // of an optional field
                        elements.accept(name, comments.getOrDefault(List.of(4, i, 8, j), ""));
                    }
                }
            }
            for (int i = 0; i < file.getEnumTypeCount(); i++) {
                String type = file.getEnumType(i).getName();
                elements.accept(type, comments.getOrDefault(List.of(5, i), ""));
                for (int j = 0; j < file.getEnumType(i).getValueCount(); j++) {
                    String name = type + "." + file.getEnumType(i).getValue(j).getName();
                    elements.accept(name, comments.getOrDefault(List.of(5, i, 2, j), ""));
                }
            }
            for (int i = 0; i < file.getServiceCount(); i++) {
                String service = file.getService(i).getName();
                elements.accept(service, comments.getOrDefault(List.of(6, i), ""));
                for (int j = 0; j < file.getService(i).getMethodCount(); j++) {
                    String name =
                            service + "." + file.getService(i).getMethod(j).getName();
                    elements.accept(name, comments.getOrDefault(List.of(6, i, 2, j), ""));
                }
            }
        }
    }

    private static List<FileDescriptorProto> files() throws IOException {
        try (InputStream descriptors = Session.class.getResourceAsStream("/META-INF/meanwhile/descriptors.binpb")) {
            return FileDescriptorSet.parseFrom(Objects.requireNonNull(descriptors)).getFileList().stream()
                    .filter(file -> file.getPackage().equals("meanwhile.v1"))
                    .toList();
        }
    }
}
