package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.testing.LoopbackServer;
import java.io.StringReader;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an endpoint says of its models, over real HTTP. Planted: a colon is left in a name, where it ends the key; names
 * are not made unique; the address is asked only as it is given; the body is taken in whole.
 */
@Timeout(60)
final class ModelsDiscoverTest {
    private static final String JSON = "application/json";
    private Endpoint endpoint;

    @BeforeEach
    void start() throws Exception {
        endpoint = new Endpoint();
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/v1", "/v1/", "/v1/models", "/v1/chat/completions"})
    void printsWhatAServersFileNeeds(String path) throws Exception {
        endpoint.at("/v1/models", 200, JSON, models("llama3.2:3b", "org/llama3.2:3b", "C:\\\\m.gguf", "größe"));
        Captured shell = Captured.pipe("");

        assertEquals(0, shell.run("models", "discover", endpoint.url() + path), shell::err);

        Properties file = new Properties();
        file.load(new StringReader(shell.out()));
        Set<String> names = new TreeSet<>();
        for (String key : file.stringPropertyNames()) {
            if (!key.equals("default-model")) {
                assertTrue(key.matches("model\\.[A-Za-z0-9][A-Za-z0-9._-]*\\.(adapter|url|name)"), key);
                names.add(key.replaceAll("^model\\.(.*)\\.[a-z]+$", "$1"));
            }
        }
        assertEquals(Set.of("llama3.2-3b", "llama3.2-3b-2", "C-m.gguf"), names);
        assertEquals("openai", file.getProperty("model.llama3.2-3b.adapter"));
        assertEquals(endpoint.url() + "/v1", file.getProperty("model.llama3.2-3b.url"));
        assertEquals("org/llama3.2:3b", file.getProperty("model.llama3.2-3b-2.name"));
        assertEquals("C:\\m.gguf", file.getProperty("model.C-m.gguf.name"));
        assertEquals("llama3.2-3b", file.getProperty("default-model"));
        assertTrue(shell.out().contains("# left out"), shell::out);
        assertTrue(shell.err().contains("bin/meanwhile serve --config FILE"), shell::err);
    }

    @Test
    void findsAnApiThatDoesNotEndInV1() {
        endpoint.at("/openai/models", 200, JSON, models("tiny"));
        Captured shell = Captured.pipe("");

        assertEquals(0, shell.run("models", "discover", endpoint.url() + "/openai"), shell::err);
        assertTrue(shell.out().contains("model.tiny.url=" + endpoint.url() + "/openai\n"), shell::out);
        assertFalse(shell.out().contains("default-model"), shell::out);
    }

    @Test
    void givesTheKeyAndNamesItsVariable() {
        endpoint.at("/v1/models", exchange -> {
            boolean known =
                    "Bearer sk-very-secret".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            Endpoint.send(exchange, known ? 200 : 401, JSON, known ? models("tiny") : "{}");
        });
        Captured none = Captured.pipe("");
        assertEquals(1, none.run("models", "discover", endpoint.url()));
        assertTrue(none.err().contains("it wants a key") && none.err().contains("--key-env"), none::err);

        Captured wrong = Captured.pipe("");
        wrong.environment.put("KEY", "sk-other-secret");
        assertEquals(1, wrong.run("models", "discover", "--key-env", "KEY", endpoint.url()));
        assertTrue(wrong.err().contains("does not take this key"), wrong::err);
        assertFalse(wrong.err().contains("secret"), wrong::err);

        Captured right = Captured.pipe("");
        right.environment.put("KEY", "sk-very-secret");
        assertEquals(0, right.run("models", "discover", "--key-env", "KEY", endpoint.url()), right::err);
        assertTrue(right.out().contains("model.tiny.key-env=KEY\n"), right::out);
        assertFalse(right.out().contains("secret"), right::out);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | text/plain       | gone                  | there is nothing at",
                "200 | text/html        | <html>hello</html>    | is a web page and no API",
                "302 | text/plain       | elsewhere             | a redirect",
                "500 | text/plain       | it broke              | answered HTTP 500",
                "200 | application/json | {broken               | is no list of models",
                "200 | application/json | [1]                   | is no list of models",
                "200 | application/json | {\"data\":[{\"a\":1}]} | is no list of models",
                "200 | application/json | {\"data\":[]}         | names no model; load one"
            })
    void saysWhatIsWrong(int status, String type, String body, String words) {
        endpoint.at("/v1/models", status, type, body);
        Captured shell = Captured.pipe("");

        assertEquals(1, shell.run("models", "discover", endpoint.url()));
        assertTrue(shell.err().contains(words), shell::err);
        assertTrue(shell.err().contains(endpoint.url() + "/v1/models"), shell::err);
        assertEquals("", shell.out());
    }

    @Test
    void saysWhereNobodyAnswers() {
        Captured refused = Captured.pipe("");
        assertEquals(1, refused.run("models", "discover", "http://" + LoopbackServer.nowhere()));
        assertTrue(refused.err().contains("nobody listens at 127.0.0.1:"), refused::err);

        Captured unknown = Captured.pipe("");
        assertEquals(1, unknown.run("models", "discover", "http://no-such-host.invalid"));
        assertTrue(unknown.err().contains("no address is known for no-such-host.invalid"), unknown::err);

        for (String url : List.of("ftp://h", "http://u:p@h/v1", "http://h/v1?key=x", "http://")) {
            Captured wrong = Captured.pipe("");
            assertEquals(2, wrong.run("models", "discover", url));
            assertTrue(wrong.err().contains("expected a URL such as http://127.0.0.1:8000/v1"), wrong::err);
        }
    }

    @Test
    void waitsAndTakesInOnlySoMuch() {
        endpoint.at("/v1/models", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().flush();
            endpoint.hang();
        });
        URI hanging = URI.create(endpoint.url());
        UserError late =
                assertThrows(UserError.class, () -> new ModelsEndpoint(null, Duration.ofMillis(300)).ask(hanging));
        assertTrue(String.valueOf(late.getMessage()).contains("did not answer within 300 ms"), late::toString);

        try (Endpoint large = new Endpoint()) {
            large.at("/v1/models", exchange -> {
                exchange.sendResponseHeaders(200, 0);
                byte[] part = " ".repeat(1 << 16).getBytes(java.nio.charset.StandardCharsets.UTF_8);
                while (true) { // until the reader goes away
                    exchange.getResponseBody().write(part);
                }
            });
            URI url = URI.create(large.url());
            UserError much =
                    assertThrows(UserError.class, () -> new ModelsEndpoint(null, Duration.ofSeconds(20)).ask(url));
            assertTrue(String.valueOf(much.getMessage()).contains("more than 1 MiB"), much::toString);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String models(String... ids) {
        StringBuilder json = new StringBuilder("{\"object\":\"list\",\"data\":[");
        for (int i = 0; i < ids.length; i++) {
            json.append(i == 0 ? "" : ",").append("{\"id\":\"").append(ids[i]).append("\",\"object\":\"model\"}");
        }
        return json.append("]}").toString();
    }
}
