package dev.meanwhile.server.llm.langchain;

import dev.langchain4j.exception.HttpException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** An HTTP status other than success, with what the SDK's own exception leaves out. */
final class ProviderRefusal extends HttpException {
    private static final int BODY_BYTES = 16 << 10;
    /** What asks for more than 30 years may be a time in milliseconds; whoever waits has a bound of its own. */
    private static final long MAX_SECONDS = 999_999_999;

    private final transient @Nullable Duration retryAfter;

    private ProviderRefusal(int status, String body, @Nullable Duration retryAfter) {
        super(status, body);
        this.retryAfter = retryAfter;
    }

    static ProviderRefusal read(HttpResponse<InputStream> response) {
        String body;
        try {
            body = new String(response.body().readNBytes(BODY_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            body = "";
        }
        Duration wait = response.headers()
                .firstValue("Retry-After")
                .map(value -> retryAfter(value.strip(), Instant.now()))
                .orElse(null);
        return new ProviderRefusal(response.statusCode(), body, wait);
    }

    @Nullable
    Duration retryAfter() {
        return retryAfter;
    }

    /** Seconds or an HTTP date; null if it is neither. */
    static @Nullable Duration retryAfter(String value, Instant now) {
        if (value.matches("[0-9]+")) {
            return Duration.ofSeconds(value.length() > 9 ? MAX_SECONDS : Long.parseLong(value));
        }
        try {
            Instant then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
