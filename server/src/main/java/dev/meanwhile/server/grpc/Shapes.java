package dev.meanwhile.server.grpc;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.domain.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks the shape of a request's fields, before anything else is looked at. */
final class Shapes {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern MESSAGE_ID = Pattern.compile("[a-z0-9]{1,64}");
    private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]{1,64}");
    private static final int MAX_NAME = 80;
    private static final int MAX_INSTRUCTION = 32 << 10;
    private static final int MAX_TEXT = 256 << 10;
    private static final int MAX_MODEL = 64;
    private static final int MAX_PAGE_TOKEN = 512;
    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 1_000;
    private static final String DEFAULT_WORKSPACE = "default";

    /**
     * Letters, marks and symbols that show nothing: fillers, a joiner, Khmer's inherent vowels, a Braille cell without
     * dots, a place kept for a format character.
     */
    private static final String BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0";

    private Shapes() {}

    static String workspace(String workspace) {
        return workspace.isEmpty() ? DEFAULT_WORKSPACE : id("workspace", workspace);
    }

    static String sessionId(String id) {
        if (id.isEmpty()) {
            throw Refusal.invalidField("session_id", "is empty; name a session, ListSessions has the ids");
        }
        return id("session_id", id);
    }

    static String optionalSessionId(String id) {
        return id.isEmpty() ? id : id("session_id", id);
    }

    static String messageId(String id) {
        if (id.isEmpty()) {
            throw Refusal.invalidField("message_id", "is empty; name a message (its id, as SubmitMessage answers it)");
        }
        if (!MESSAGE_ID.matcher(id).matches()) {
            throw Refusal.invalidField("message_id", "must be 1 to 64 of a-z and 0-9, as SubmitMessage answers it");
        }
        return id;
    }

    static String optionalMessageId(String id) {
        return id.isEmpty() ? id : messageId(id);
    }

    static String requestId(String id) {
        if (!id.isEmpty() && !PRINTABLE.matcher(id).matches()) {
            throw Refusal.invalidField("request_id", "must be 1 to 64 printable ASCII characters, or empty");
        }
        return id;
    }

    static String name(String name) {
        if (name.codePointCount(0, name.length()) > MAX_NAME) {
            throw Refusal.invalidField("name", "has more than " + MAX_NAME + " code points; shorten it");
        }
        if (name.codePoints().anyMatch(Character::isISOControl)) {
            throw Refusal.invalidField("name", "has control characters; leave them out");
        }
        if (!name.isEmpty() && name.codePoints().allMatch(Shapes::isUnseen)) {
            throw Refusal.invalidField("name", "has nothing to see in it; write a letter, or leave it empty");
        }
        return name;
    }

    private static boolean isUnseen(int codePoint) {
        return Character.isWhitespace(codePoint)
                || Character.isSpaceChar(codePoint)
                || Character.getType(codePoint) == Character.FORMAT
                || BLANKS.indexOf(codePoint) >= 0
                || isVariationSelector(codePoint);
    }

    private static boolean isVariationSelector(int codePoint) {
        return (codePoint >= 0x180b && codePoint <= 0x180f)
                || (codePoint >= 0xfe00 && codePoint <= 0xfe0f)
                || (codePoint >= 0xe0100 && codePoint <= 0xe01ef);
    }

    static String model(String model) {
        return bytes("model", model, MAX_MODEL);
    }

    static String epoch(String epoch) {
        return bytes("epoch", epoch, MAX_MODEL);
    }

    static String pageToken(String token) {
        int bytes = utf8(token);
        if (bytes > MAX_PAGE_TOKEN) {
            throw Refusal.invalidField(
                    "page_token", "has " + bytes + " bytes; the limit is " + MAX_PAGE_TOKEN + ", start without one");
        }
        return token;
    }

    static String instruction(String text) {
        return bytes("system_instruction", text, MAX_INSTRUCTION);
    }

    static String text(String text) {
        int bytes = utf8(text);
        if (bytes == 0) {
            throw Refusal.invalidField("text", "is empty; send 1 to " + MAX_TEXT + " bytes of UTF-8");
        }
        if (bytes > MAX_TEXT) {
            throw Refusal.messageTooLarge(bytes, MAX_TEXT);
        }
        return text;
    }

    static long sequence(String field, long sequence) {
        if (sequence < 0) {
            throw Refusal.invalidField(field, "must be 0 or more");
        }
        return sequence;
    }

    static int pageSize(String field, int size) {
        if (size < 0) {
            throw Refusal.invalidField(field, "is negative; use 0 for " + DEFAULT_PAGE + ", at most " + MAX_PAGE);
        }
        return size == 0 ? DEFAULT_PAGE : Math.min(size, MAX_PAGE);
    }

    static List<Long> numbers(List<Long> numbers) {
        if (numbers.size() > MAX_PAGE) {
            throw Refusal.invalidField("numbers", "has " + numbers.size() + " numbers; the limit is " + MAX_PAGE);
        }
        if (numbers.stream().anyMatch(number -> number < 1)) {
            throw Refusal.invalidField("numbers", "has a number below 1; notifications count from 1");
        }
        return numbers;
    }

    static @Nullable Priority priority(dev.meanwhile.v1.Priority priority) {
        return switch (priority) {
            case PRIORITY_UNSPECIFIED -> null;
            case PRIORITY_LOW -> Priority.LOW;
            case PRIORITY_HIGH -> Priority.HIGH;
            case UNRECOGNIZED -> throw unknown("priority", priority);
        };
    }

    static ConflictPolicy policy(dev.meanwhile.v1.ConflictPolicy policy) {
        return switch (policy) {
            case CONFLICT_POLICY_UNSPECIFIED, CONFLICT_POLICY_ENQUEUE -> ConflictPolicy.ENQUEUE;
            case CONFLICT_POLICY_REJECT -> ConflictPolicy.REJECT;
            case CONFLICT_POLICY_INTERRUPT -> ConflictPolicy.INTERRUPT;
            case UNRECOGNIZED -> throw unknown("conflict_policy", policy);
        };
    }

    /** For an enumeration's UNRECOGNIZED. */
    static Refusal unknown(String field, ProtocolMessageEnum value) {
        return Refusal.invalidField(field, "has a value this server does not know; use one of " + names(value));
    }

    /** For the 0 of an enumeration that has no default. */
    static Refusal missing(String field, ProtocolMessageEnum value) {
        return Refusal.invalidField(field, "is missing; set it to one of " + names(value));
    }

    private static String names(ProtocolMessageEnum value) {
        return value.getDescriptorForType().getValues().stream()
                .filter(one -> one.getNumber() != 0)
                .map(EnumValueDescriptor::getName)
                .collect(Collectors.joining(", "));
    }

    private static String id(String field, String id) {
        if (!ID.matcher(id).matches()) {
            throw Refusal.invalidField(field, "must be 1 to 64 of A-Z a-z 0-9 _ and -");
        }
        return id;
    }

    private static String bytes(String field, String text, int limit) {
        int bytes = utf8(text);
        if (bytes > limit) {
            throw Refusal.invalidField(field, "has " + bytes + " bytes; the limit is " + limit);
        }
        return text;
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
