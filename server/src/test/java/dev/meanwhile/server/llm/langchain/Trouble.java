package dev.meanwhile.server.llm.langchain;

import static dev.meanwhile.server.domain.FailureReason.ANSWER_TOO_LARGE;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_CUT;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_INVALID;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_RATE_LIMITED;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_REJECTED;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_TIMEOUT;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_UNAVAILABLE;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.finish;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.reasoning;
import static dev.meanwhile.server.llm.langchain.ScriptedProvider.text;
import static dev.meanwhile.server.llm.langchain.Trouble.Kind.LASTING;
import static dev.meanwhile.server.llm.langchain.Trouble.Kind.OUTAGE;
import static dev.meanwhile.server.llm.langchain.Trouble.Kind.OWN_FAULT;

import dev.meanwhile.server.domain.FailureReason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way in which a provider fails, and what must come of it.
 *
 * @param reason null where the answer is whole in spite of it
 * @param words which the failure's words hold
 */
record Trouble(
        String name,
        @Nullable FailureReason reason,
        Kind kind,
        @Nullable Duration retryAfter,
        List<String> words,
        RawProvider.Script script) {

    /** What is done about it. */
    enum Kind {
        OUTAGE("while the provider is out, for 15 min"),
        OWN_FAULT("3 attempts"),
        LASTING("no"),
        NONE("no need");

        final String retried;

        Kind(String retried) {
            this.retried = retried;
        }
    }

    private static final String REDIRECT = "Location: http://127.0.0.1/elsewhere\r\n";
    private static final String NOT_EVENTS = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: ";

    /** Timeouts of the test: first byte and idle 0.5 s, total 2 s. */
    static List<Trouble> all() {
        return List.of(
                trouble("hang before the header", PROVIDER_TIMEOUT, OUTAGE, "silent for 0.5 s before", a -> a.moment()),
                trouble("header comes byte by byte", PROVIDER_TIMEOUT, OUTAGE, "silent for 0.5 s before", a -> {
                    a.raw("HTTP/1.1 200 OK\r\n");
                    a.moment();
                    a.trickle("X");
                }),
                trouble("hang behind the header", PROVIDER_TIMEOUT, OUTAGE, "silent for 0.5 s before", a -> {
                    a.begin();
                    a.moment();
                }),
                trouble("hang in the answer", PROVIDER_TIMEOUT, OWN_FAULT, "silent for 0.5 s in the middle", a -> {
                    half(a);
                    a.moment();
                }),
                trouble(
                        "trickle of comment lines",
                        PROVIDER_TIMEOUT,
                        OWN_FAULT,
                        "not finish the answer within 2.0 s",
                        a -> {
                            half(a);
                            a.moment();
                            a.trickle(": still here\n");
                        }),
                trouble(
                        "trickle of single bytes",
                        PROVIDER_TIMEOUT,
                        OWN_FAULT,
                        "not finish the answer within 2.0 s",
                        a -> {
                            half(a);
                            a.raw("data: ");
                            a.moment();
                            a.trickle("x");
                        }),
                trouble(
                        "reasoning without end",
                        PROVIDER_TIMEOUT,
                        OWN_FAULT,
                        "not finish the answer within 2.0 s",
                        a -> {
                            a.begin();
                            a.moment();
                            a.trickle("data: " + reasoning("hm") + "\n\n");
                        }),
                trouble("reasoning beyond 4 MiB", ANSWER_TOO_LARGE, LASTING, "reasoning grew beyond 4194304", a -> {
                    a.begin();
                    a.moment();
                    for (int i = 0; i < 20; i++) {
                        a.event(reasoning("h".repeat(256 << 10)));
                    }
                }),
                trouble("429", PROVIDER_RATE_LIMITED, OUTAGE, "HTTP 429 (too many requests)", status(429, "", "")),
                trouble(
                                "429, Retry-After in seconds",
                                PROVIDER_RATE_LIMITED,
                                OUTAGE,
                                "HTTP 429",
                                status(429, "Retry-After: 7\r\n", "{\"error\":{\"message\":\"slow down\"}}"))
                        .withRetryAfter(Duration.ofSeconds(7))
                        .withWords("It said: slow down"),
                trouble(
                                "429, Retry-After as a date",
                                PROVIDER_RATE_LIMITED,
                                OUTAGE,
                                "HTTP 429",
                                a -> status(429, "Retry-After: " + inAnHour() + "\r\n", "")
                                        .answer(a))
                        .withRetryAfter(Duration.ofHours(1)),
                trouble("500", PROVIDER_UNAVAILABLE, OUTAGE, "HTTP 500", status(500, "", "it broke")),
                trouble(
                                "503, Retry-After in seconds",
                                PROVIDER_UNAVAILABLE,
                                OUTAGE,
                                "HTTP 503",
                                status(503, "Retry-After: 9\r\n", ""))
                        .withRetryAfter(Duration.ofSeconds(9)),
                trouble(
                        "400",
                        PROVIDER_REJECTED,
                        LASTING,
                        "It said: too long",
                        status(400, "", "{\"error\":{\"message\":\"too long\"}}")),
                trouble("408", PROVIDER_TIMEOUT, OWN_FAULT, "HTTP 408 (timeout)", status(408, "", "")),
                trouble(
                        "401, wrong key",
                        PROVIDER_REJECTED,
                        LASTING,
                        "Check the key that model.tiny.key-env or",
                        status(401, "", "bad key " + ScriptedProvider.KEY)),
                trouble(
                        "403",
                        PROVIDER_REJECTED,
                        LASTING,
                        "Check the key that model.tiny.key-env or",
                        status(403, "", "")),
                trouble(
                                "404, wrong url or model",
                                PROVIDER_REJECTED,
                                LASTING,
                                "mostly ends in /v1",
                                status(404, "", "<html>nothing here"))
                        .withWords("/v1/chat/completions", "model tiny-1"),
                trouble(
                        "redirect",
                        PROVIDER_REJECTED,
                        LASTING,
                        "a redirect, which is not followed",
                        status(302, REDIRECT, "")),
                trouble(
                        "web page with 200",
                        PROVIDER_INVALID,
                        OWN_FAULT,
                        "sent a web page. Check model.tiny.url",
                        body("text/html; charset=utf-8", "<html>hello</html>")),
                trouble(
                        "JSON instead of events",
                        PROVIDER_INVALID,
                        OWN_FAULT,
                        "one JSON document",
                        body("application/json", "{\"choices\":[]}")),
                trouble(
                        "JSON error with 200",
                        PROVIDER_UNAVAILABLE,
                        OWN_FAULT,
                        "It said: no memory",
                        body("application/json", "{\"error\":\"no memory\"}")),
                trouble(
                        "no HTTP at all",
                        PROVIDER_INVALID,
                        OWN_FAULT,
                        "does not speak HTTP. Check model.tiny.url",
                        a -> {
                            a.moment();
                            a.raw("SSH-2.0-OpenSSH_9.6\r\n");
                        }),
                trouble("garbled header", PROVIDER_INVALID, OWN_FAULT, "does not speak HTTP", a -> {
                    a.moment();
                    a.raw("HTTP/1.1 200 OK\r\nContent-Length: much\r\n\r\n");
                }),
                trouble("garbled chunk", PROVIDER_CUT, OWN_FAULT, "broke the connection in the middle", a -> {
                    a.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    String event = "data: " + text("half") + "\n\n";
                    a.raw(Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
                    a.moment();
                    a.awaitHeard();
                    a.raw("zzz\r\n");
                }),
                trouble("end before the header", PROVIDER_UNAVAILABLE, OUTAGE, "broke the connection before", a -> {
                    a.moment();
                    a.end();
                }),
                trouble("reset before the header", PROVIDER_UNAVAILABLE, OUTAGE, "broke the connection before", a -> {
                    a.moment();
                    a.reset();
                }),
                trouble("reset behind the header", PROVIDER_UNAVAILABLE, OUTAGE, "broke the connection before", a -> {
                    a.begin();
                    a.moment();
                    a.reset();
                }),
                trouble("reset in mid-event", PROVIDER_CUT, OWN_FAULT, "broke the connection in the middle", a -> {
                    half(a);
                    a.raw("data: {\"cho");
                    a.moment();
                    a.awaitHeard();
                    a.reset();
                }),
                trouble("end in mid-event", PROVIDER_CUT, OWN_FAULT, "without a finish reason", a -> {
                    half(a);
                    a.raw("data: {\"cho");
                    a.moment();
                    a.end();
                }),
                trouble("end without [DONE]", PROVIDER_CUT, OWN_FAULT, "without a finish reason", a -> {
                    half(a);
                    a.moment();
                    a.end();
                }),
                trouble("[DONE] without a finish reason", PROVIDER_CUT, OWN_FAULT, "without a finish reason", a -> {
                    half(a);
                    a.moment();
                    a.event("[DONE]");
                    a.end();
                }),
                trouble("broken UTF-8", PROVIDER_INVALID, OWN_FAULT, "sent text that is not UTF-8", a -> {
                    half(a);
                    a.moment();
                    a.raw(("data: " + text("gr\u00fc\u00dfe") + "\n\n").getBytes(StandardCharsets.ISO_8859_1));
                    a.event(finish("stop"));
                    a.end();
                }),
                trouble("10 MB line", PROVIDER_INVALID, OWN_FAULT, "sent a line of more than 1 MiB", a -> {
                    half(a);
                    a.moment();
                    a.event(text("x".repeat(10_000_000)));
                }),
                trouble("bad JSON", PROVIDER_INVALID, OWN_FAULT, "no valid answer", a -> {
                    half(a);
                    a.moment();
                    a.event("{broken");
                    a.event(finish("stop"));
                    a.end();
                }),
                trouble("event that is no JSON", PROVIDER_INVALID, OWN_FAULT, "an event that is no JSON object", a -> {
                    half(a);
                    a.moment();
                    a.event("Internal Server Error");
                    a.event(finish("stop"));
                    a.end();
                }),
                error("error object", PROVIDER_UNAVAILABLE, OWN_FAULT, "\"type\":\"server_error\""),
                error("error object: too many", PROVIDER_RATE_LIMITED, OUTAGE, "\"code\":\"rate_limit_exceeded\""),
                error("error object: overloaded", PROVIDER_UNAVAILABLE, OUTAGE, "\"type\":\"overloaded_error\""),
                error("error object: refused", PROVIDER_REJECTED, LASTING, "\"type\":\"BadRequestError\",\"code\":400"),
                usage("negative", "{\"prompt_tokens\":-7,\"completion_tokens\":-1,\"total_tokens\":-8}"),
                usage("beyond 64 bits", "{\"prompt_tokens\":92233720368547758080,\"completion_tokens\":1e300}"),
                usage(
                        "of words",
                        "{\"prompt_tokens\":\"many\",\"completion_tokens_details\":{\"reasoning_tokens\":true}}"),
                usage("of objects", "{\"prompt_tokens\":{},\"completion_tokens\":[]}"),
                usage("of fractions", "{\"prompt_tokens\":7.5,\"completion_tokens\":-0.5}"),
                usage(
                        "with details that are none",
                        "{\"prompt_tokens\":7,\"prompt_tokens_details\":\"x\",\"completion_tokens_details\":[1]}"),
                usage("that is no object", "\"much\""),
                whole("no text, with a finish reason", a -> {
                    a.begin();
                    a.event(finish("stop"));
                    a.moment();
                    a.event("[DONE]");
                    a.end();
                }),
                whole("whole answer, end without [DONE]", a -> {
                    half(a);
                    a.event(finish("stop"));
                    a.moment();
                    a.end();
                }),
                whole("whole answer, hang without [DONE]", a -> {
                    half(a);
                    a.event(finish("stop"));
                    a.moment();
                }),
                whole("whole answer, hang behind [DONE]", a -> {
                    half(a);
                    a.event(finish("stop"));
                    a.moment();
                    a.event("[DONE]");
                }));
    }

    Trouble withRetryAfter(Duration wait) {
        return new Trouble(name, reason, kind, wait, words, script);
    }

    Trouble withWords(String... more) {
        List<String> all = new java.util.ArrayList<>(words);
        all.addAll(List.of(more));
        return new Trouble(name, reason, kind, retryAfter, all, script);
    }

    @Override
    public String toString() {
        return name;
    }

    private static Trouble trouble(
            String name, FailureReason reason, Kind kind, String words, RawProvider.Script script) {
        return new Trouble(name, reason, kind, null, List.of(words), script);
    }

    private static Trouble whole(String name, RawProvider.Script script) {
        return new Trouble(name, null, Kind.NONE, null, List.of(), script);
    }

    private static Trouble usage(String name, String usage) {
        return whole("usage " + name, a -> {
            half(a);
            a.event(finish("stop"));
            a.moment();
            a.event("{\"choices\":[],\"usage\":" + usage + "}");
            a.event("[DONE]");
            a.end();
        });
    }

    private static Trouble error(String name, FailureReason reason, Kind kind, String fields) {
        return trouble(name, reason, kind, "an error instead of the answer. It said: out of luck", a -> {
            half(a);
            a.moment();
            a.event("{\"error\":{\"message\":\"out of luck\"," + fields + "}}");
            a.event("[DONE]");
            a.end();
        });
    }

    private static void half(RawProvider.Answer answer) throws java.io.IOException {
        answer.begin();
        answer.event(text("half"));
    }

    private static RawProvider.Script status(int status, String headers, String body) {
        return a -> {
            a.moment();
            a.status(status, headers, body);
            a.end();
        };
    }

    private static RawProvider.Script body(String contentType, String body) {
        return a -> {
            a.moment();
            a.raw(NOT_EVENTS + contentType + "\r\n\r\n" + body);
            a.end();
        };
    }

    private static String inAnHour() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
    }
}
