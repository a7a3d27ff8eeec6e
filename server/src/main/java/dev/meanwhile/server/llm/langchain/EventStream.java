package dev.meanwhile.server.llm.langchain;

import dev.langchain4j.http.client.sse.ServerSentEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events. Where the SDK's own reader guesses, this one fails: on a malformed byte of UTF-8, which
 * would become U+FFFD; on a line or event beyond 1 MiB, which would be taken in whatever its size; on events beyond
 * 64 MiB in all, since the SDK keeps them until the answer ends; and on data that is no JSON object, which may be
 * skipped and leave a hole.
 */
final class EventStream {
    static final int MAX_LINE_BYTES = 1 << 20;
    private static final long MAX_ANSWER_BYTES = 64L << 20;
    private static final String DONE = "[DONE]";

    private final InputStream in;
    private final byte[] buffer = new byte[8 << 10];
    private int next;
    private int end;
    private boolean afterReturn;
    private boolean first = true;
    private long bytes;

    EventStream(InputStream in) {
        this.in = in;
    }

    /** The next event, null after the last; what was not whole when the stream ended is left out. */
    @Nullable
    ServerSentEvent next() throws IOException {
        StringBuilder data = new StringBuilder();
        String type = null;
        while (true) {
            String line = line();
            if (line == null || line.isEmpty()) {
                if (!data.toString().isBlank()) {
                    return checked(type, data.toString());
                }
                if (line == null) {
                    return null;
                }
                data.setLength(0); // an event without data is none
                type = null;
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            if (field.equals("data")) {
                data.append(data.isEmpty() ? "" : "\n").append(value);
                if (data.length() > MAX_LINE_BYTES) {
                    throw new InvalidAnswerException("an event of more than 1 MiB");
                }
            } else if (field.equals("event")) {
                type = value;
            }
        }
    }

    /** Whether nothing of the answer comes after it. */
    static boolean isLast(ServerSentEvent event) {
        return event.data().equals(DONE) || "message_stop".equals(event.event());
    }

    private ServerSentEvent checked(@Nullable String type, String data) throws IOException {
        if (data.strip().equals(DONE)) {
            return new ServerSentEvent(type, DONE);
        }
        ProviderError error = ProviderError.in(data);
        if (error != null) {
            throw new ErrorEventException(error);
        }
        if (!data.stripLeading().startsWith("{")) {
            throw new InvalidAnswerException("an event that is no JSON object");
        }
        bytes += data.length();
        if (bytes > MAX_ANSWER_BYTES) {
            throw new InvalidAnswerException("an answer of more than 64 MiB of events");
        }
        return new ServerSentEvent(type, data);
    }

    /** The next whole line without its end; null if there is none. */
    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            if (next == end) {
                end = in.read(buffer, 0, buffer.length);
                next = 0;
                if (end < 0) {
                    end = 0;
                    return null;
                }
            }
            if (afterReturn) { // "\r\n" ends one line
                afterReturn = false;
                next += buffer[next] == '\n' ? 1 : 0;
                continue;
            }
            int from = next;
            while (next < end && buffer[next] != '\n' && buffer[next] != '\r') {
                next++;
            }
            line.write(buffer, from, next - from);
            if (line.size() > MAX_LINE_BYTES) {
                throw new InvalidAnswerException("a line of more than 1 MiB");
            }
            if (next < end) {
                afterReturn = buffer[next++] == '\r';
                return decoded(line.toByteArray());
            }
        }
    }

    private String decoded(byte[] line) throws IOException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
            boolean mark = first && text.startsWith("\uFEFF");
            first = false;
            return mark ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new InvalidAnswerException("text that is not UTF-8");
        }
    }
}
