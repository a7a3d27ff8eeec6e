package dev.meanwhile.server.llm.langchain;

import dev.langchain4j.http.client.sse.ServerSentEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the server-sent events of one answer, for {@link CallHttp}, on its thread. Of an event it keeps {@code event}
 * and {@code data}; comments and other fields are skipped, and so is an event whose data is blank.
 *
 * <p>Where the SDK's own reader guesses, this one fails, with {@link InvalidAnswerException}: on malformed UTF-8, which
 * would become U+FFFD; on a line of more than 1 MiB, in bytes without its end, or an event's data of more than 1 Mi
 * chars (of Java, which is what it costs), which would be taken in whatever their size; on data of more than 64 Mi chars
 * in all events, since the SDK keeps them until the answer ends; and on data that does not begin like a JSON object,
 * which may be skipped and leave a hole. Whether the rest of it is JSON, the SDK says. Data that tells of an error ends
 * in {@link ErrorEventException}.
 *
 * <p>The stream is over when the input is, or after an event that {@link #isLast}: what a provider still sends then is no
 * part of the answer. Time is not looked at here, see {@link SilenceWatch}: comments without end are bounded by the
 * total timeout alone.
 */
final class EventStream {
    static final int MAX_LINE_BYTES = 1 << 20;
    private static final int MAX_EVENT_CHARS = 1 << 20;
    private static final long MAX_ANSWER_CHARS = 64L << 20;
    private static final String DONE = "[DONE]";
    private static final Pattern FINISH_REASON = Pattern.compile("\"finish_reason\"\\s*:\\s*\"");

    private final InputStream in;
    private final byte[] buffer = new byte[8 << 10];
    private int next;
    private int end;
    private boolean afterReturn;
    private boolean first = true;
    private long chars;

    EventStream(InputStream in) {
        this.in = in;
    }

    /**
     * The next event, null after the last. At the input's end a line without its end is left out, while an event without
     * the empty line behind it is given.
     */
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
                if (data.length() > MAX_EVENT_CHARS) {
                    throw new InvalidAnswerException("an event of more than 1,048,576 characters");
                }
            } else if (field.equals("event")) {
                type = value;
            }
        }
    }

    /** Whether nothing of the answer comes after it: OpenAI's {@code [DONE]}, Anthropic's {@code message_stop}. */
    static boolean isLast(ServerSentEvent event) {
        return event.data().equals(DONE) || "message_stop".equals(event.event());
    }

    /** Whether it says that the answer is whole, as OpenAI's last piece does; in a text its quotes are escaped. */
    static boolean hasFinishReason(ServerSentEvent event) {
        return FINISH_REASON.matcher(event.data()).find();
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
        chars += data.length();
        if (chars > MAX_ANSWER_CHARS) {
            throw new InvalidAnswerException("an answer of more than 67,108,864 characters of events");
        }
        return new ServerSentEvent(type, UsageNumbers.mended(data));
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
