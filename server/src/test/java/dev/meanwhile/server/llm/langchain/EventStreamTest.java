package dev.meanwhile.server.llm.langchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.http.client.sse.ServerSentEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Events as they may lawfully come, and the bounds on what may not. Planted: "\r\n" ends two lines; malformed bytes
 * are replaced; the bound is looked at when the line has ended; data is counted anew for each event.
 */
class EventStreamTest {

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void takesEveryEndOfALine(String end) throws Exception {
        List<ServerSentEvent> events = read(
                ("\uFEFFdata: {}||data:{\"a\":|data: \"ü😀\"}||: a comment|event: ping|id: 1|data: |||event: named|"
                                + "data: {\"b\":1}||data: [DONE]||")
                        .replace("|", end),
                1);

        assertEquals(List.of("{}", "{\"a\":\n\"ü😀\"}", "{\"b\":1}", "[DONE]"), data(events));
        assertEquals("named", events.get(2).event());
        assertTrue(EventStream.isLast(events.get(3)));
    }

    @Test
    void whatIsNotWholeIsLeftOut() throws Exception {
        assertEquals(List.of("{}", "{\"a\":1}"), data(read("data: {}\n\ndata: {\"a\":1}\n", 5)));
        assertEquals(List.of("{}"), data(read("data: {}\n\ndata: {\"a\":1}", 5)));
    }

    @Test
    void aLongLineIsNotReadOn() {
        Endless line = new Endless("data: ", "x");

        IOException refused = assertThrows(InvalidAnswerException.class, () -> new EventStream(line).next());
        assertEquals("a line of more than 1 MiB", refused.getMessage());
        assertTrue(line.given <= EventStream.MAX_LINE_BYTES + (16 << 10), () -> line.given + " bytes read");
    }

    @Test
    void anEventOfManyLinesIsNotReadOn() {
        Endless lines = new Endless("data: x\n", "data: " + "x".repeat(1_000) + "\n");

        IOException refused = assertThrows(InvalidAnswerException.class, () -> new EventStream(lines).next());
        assertEquals("an event of more than 1,048,576 characters", refused.getMessage());
    }

    /** Planted: an event counted in bytes of UTF-8; a line counted in chars. Each found red. */
    @Test
    void aLineIsCountedInBytesAndAnEventInChars() throws Exception {
        String some = "€".repeat(300 << 10); // 900 KiB
        assertEquals(
                List.of("{\n" + some + "\n" + some + "\n}"),
                data(read("data: {\ndata: " + some + "\ndata: " + some + "\ndata: }\n\n", 8 << 10)));
        IOException refused = assertThrows(
                InvalidAnswerException.class, () -> read("data: {" + "€".repeat(400 << 10) + "}\n\n", 8 << 10));
        assertEquals("a line of more than 1 MiB", refused.getMessage());
    }

    @Test
    void anAnswerWithoutEndIsNotReadOn() {
        Endless events = new Endless("\n", "data: {\"a\":\"" + "x".repeat(1_000) + "\"}\n\n");
        EventStream stream = new EventStream(events);

        IOException refused = assertThrows(InvalidAnswerException.class, () -> {
            while (stream.next() != null) {
                // The next.
            }
        });
        assertEquals("an answer of more than 67,108,864 characters of events", refused.getMessage());
    }

    private static List<String> data(List<ServerSentEvent> events) {
        return events.stream().map(ServerSentEvent::data).toList();
    }

    private static List<ServerSentEvent> read(String text, int atOnce) throws IOException {
        InputStream few = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public int read(byte[] into, int from, int length) {
                return super.read(into, from, Math.min(atOnce, length));
            }
        };
        EventStream stream = new EventStream(few);
        List<ServerSentEvent> events = new ArrayList<>();
        for (ServerSentEvent event = stream.next(); event != null; event = stream.next()) {
            events.add(event);
        }
        return events;
    }

    /** A beginning, and then the same again and again: more than anybody may take in. */
    private static final class Endless extends InputStream {
        private final byte[] first;
        private final byte[] rest;
        private long given;

        Endless(String first, String rest) {
            this.first = first.getBytes(StandardCharsets.UTF_8);
            this.rest = rest.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public int read() {
            if (given > 80 << 20) {
                return -1;
            }
            long at = given++;
            return at < first.length ? first[(int) at] : rest[(int) ((at - first.length) % rest.length)];
        }
    }
}
