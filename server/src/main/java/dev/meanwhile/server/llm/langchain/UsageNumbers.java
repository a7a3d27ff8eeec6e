package dev.meanwhile.server.llm.langchain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.regex.Pattern;

/** The SDK fails an answer whose usage it can't read; an impossible count is no reason to drop a good answer. */
final class UsageNumbers {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String USAGE = "usage";
    private static final Pattern REPORTED = Pattern.compile("\"usage\"\\s*+:(?!\\s*+null)");

    private UsageNumbers() {}

    /**
     * The event with 0, which is "not reported", in the place of each count of tokens that can be none, and without
     * details that can be none.
     */
    static String mended(String json) {
        // Parsed only where it can matter: every piece of every answer comes through here, many with "usage":null.
        if (!REPORTED.matcher(json).find()) {
            return json;
        }
        try {
            JsonNode root = JSON.readTree(json);
            // Both: Anthropic's first event has it in its message.
            boolean mended = mendUsage(root) | mendUsage(root.path("message"));
            return mended ? JSON.writeValueAsString(root) : json;
        } catch (JsonProcessingException e) {
            return json;
        }
    }

    private static boolean mendUsage(JsonNode holder) {
        JsonNode usage = holder.path(USAGE);
        if (usage instanceof ObjectNode counts) {
            return mendCounts(counts);
        }
        if (usage.isMissingNode() || usage.isNull()) {
            return false;
        }
        ((ObjectNode) holder).remove(USAGE);
        return true;
    }

    private static boolean mendCounts(ObjectNode counts) {
        boolean mended = false;
        for (Map.Entry<String, JsonNode> field : counts.properties()) {
            JsonNode value = field.getValue();
            if (value.isNull()) {
                continue;
            }
            if (field.getKey().endsWith("_tokens")) {
                if (!isCount(value)) {
                    field.setValue(IntNode.valueOf(0));
                    mended = true;
                }
            } else if (value instanceof ObjectNode details) {
                mended |= mendCounts(details);
            } else if (field.getKey().endsWith("_tokens_details")) {
                field.setValue(NullNode.getInstance());
                mended = true;
            }
        }
        return mended;
    }

    private static boolean isCount(JsonNode value) {
        return value.isTextual()
                ? value.textValue().matches("[0-9]{1,9}") // which the SDK reads as well
                : value.canConvertToExactIntegral() && value.canConvertToInt() && value.intValue() >= 0;
    }
}
