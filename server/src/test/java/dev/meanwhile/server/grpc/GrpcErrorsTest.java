package dev.meanwhile.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.meanwhile.server.domain.Refusal;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every refusal there is, as it leaves the server, against its row in {@code docs/errors.md}. */
final class GrpcErrorsTest {
    private static final Pattern ROW =
            Pattern.compile("\\| `([A-Z_]+)` \\| ([A-Z_]+) \\|.*\\| ([a-z_, ]*) ?\\|(?: `([A-Za-z]+)`)? \\|");

    /** Planted: MODEL_UNKNOWN without its BadRequest; DRAINING without its RetryInfo; a key more. Each found red. */
    @Test
    void everyRefusalIsAsDocumented() throws Exception {
        Map<String, Set<String>> sent = new TreeMap<>();
        Set<String> reasons = new TreeSet<>();
        for (Method factory : Refusal.class.getMethods()) {
            if (Modifier.isStatic(factory.getModifiers()) && factory.getReturnType() == Refusal.class) {
                Refusal refusal = (Refusal) factory.invoke(
                        null,
                        Arrays.stream(factory.getParameterTypes())
                                .map(GrpcErrorsTest::sample)
                                .toArray());
                add(Objects.requireNonNull(StatusProto.fromThrowable(GrpcErrors.of(refusal))), sent);
                reasons.add(refusal.reason().name());
            }
        }
        assertEquals(
                Arrays.stream(Refusal.Reason.values()).map(Enum::name).collect(Collectors.toCollection(TreeSet::new)),
                reasons);
        assertEquals(documented(), sent);
    }

    private static Map<String, Set<String>> documented() throws IOException {
        return Files.readAllLines(Path.of("..", "docs", "errors.md")).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(
                        row -> row(row.group(1), row.group(2), Objects.requireNonNullElse(row.group(4), "")),
                        row -> Stream.of(row.group(3).strip().split(", "))
                                .filter(key -> !key.isEmpty())
                                .collect(Collectors.toSet())));
    }

    /** One reason may be told of several troubles, each with its keys; the document has them in one row. */
    private static void add(Status status, Map<String, Set<String>> sent) throws InvalidProtocolBufferException {
        ErrorInfo info = status.getDetails(0).unpack(ErrorInfo.class);
        String row = row(
                info.getReason(),
                io.grpc.Status.fromCodeValue(status.getCode()).getCode().name(),
                status.getDetailsList().stream()
                        .skip(1)
                        .map(Any::getTypeUrl)
                        .map(type -> type.replaceFirst(".*\\.", ""))
                        .collect(Collectors.joining(", ")));
        sent.computeIfAbsent(row, key -> new TreeSet<>())
                .addAll(info.getMetadataMap().keySet());
    }

    private static String row(String reason, String code, String beside) {
        return reason + " " + code + " " + beside;
    }

    private static Object sample(Class<?> type) {
        return switch (type.getSimpleName()) {
            case "String" -> "some";
            case "int" -> 7;
            case "long" -> 7L;
            case "Duration" -> Duration.ofSeconds(7);
            default -> throw new AssertionError("a refusal about a " + type);
        };
    }
}
