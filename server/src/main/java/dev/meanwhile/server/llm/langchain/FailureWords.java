package dev.meanwhile.server.llm.langchain;

import static dev.meanwhile.server.domain.FailureReason.INTERNAL;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_CUT;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_INVALID;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_RATE_LIMITED;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_REJECTED;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_TIMEOUT;
import static dev.meanwhile.server.domain.FailureReason.PROVIDER_UNAVAILABLE;

import dev.langchain4j.exception.HttpException;
import dev.meanwhile.server.llm.ModelFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in words and in kind why a call failed; the one place that knows the provider's errors. */
final class FailureWords {
    private static final int EXCERPT = 300;

    private final EndpointConfig config;
    private final String provider;

    FailureWords(EndpointConfig config) {
        this.config = config;
        this.provider = "The provider at " + config.authority();
    }

    /** The stream ended in order, but nothing says that the answer is complete. */
    ModelFailure cut() {
        return ModelFailure.fault(
                PROVIDER_CUT, provider + " ended the answer without a finish reason, so it may be incomplete.");
    }

    ModelFailure timeout(boolean answered) {
        String seconds = seconds(config.timeouts().total());
        return answered
                ? ModelFailure.fault(PROVIDER_TIMEOUT, provider + " did not finish the answer within " + seconds + ".")
                : ModelFailure.outage(
                        PROVIDER_TIMEOUT, null, provider + " did not begin to answer within " + seconds + ".");
    }

    ModelFailure silence(boolean answered) {
        return answered
                ? ModelFailure.fault(
                        PROVIDER_TIMEOUT,
                        provider + " was silent for "
                                + seconds(config.timeouts().idle()) + " in the middle of the answer.")
                : ModelFailure.outage(
                        PROVIDER_TIMEOUT,
                        null,
                        provider + " was silent for "
                                + seconds(config.timeouts().firstByte()) + " before it began to answer.");
    }

    /** Whether the provider has refused, which stays so when its words for it do not come. */
    static boolean refused(Throwable error) {
        return find(error, HttpException.class) != null;
    }

    ModelFailure of(Throwable error, CallHttp http) {
        HttpException refusal = find(error, HttpException.class);
        if (refusal != null) {
            return refused(refusal, http);
        }
        if (!http.sent()) {
            return ModelFailure.lasting(INTERNAL, "The request could not be made (" + kind(error) + ").");
        }
        ErrorEventException told = find(error, ErrorEventException.class);
        if (told != null) {
            return told(told.error());
        }
        InvalidAnswerException invalid = find(error, InvalidAnswerException.class);
        if (invalid != null) {
            String cure = http.answered() ? " Check that the provider speaks this API." : " " + checkUrl();
            return ModelFailure.fault(PROVIDER_INVALID, provider + " sent " + invalid.getMessage() + "." + cure);
        }
        return http.answered() ? broken(error) : unreached(error);
    }

    /** An error in the place of the answer, or in its middle. */
    private ModelFailure told(ProviderError error) {
        String said = provider + " sent an error instead of the answer." + quote(error.message());
        if (error.isTooMany()) {
            return ModelFailure.outage(PROVIDER_RATE_LIMITED, null, said);
        }
        if (error.isOverloaded()) {
            return ModelFailure.outage(PROVIDER_UNAVAILABLE, null, said);
        }
        return error.isRefusal()
                ? ModelFailure.lasting(PROVIDER_REJECTED, said)
                : ModelFailure.fault(PROVIDER_UNAVAILABLE, said);
    }

    private ModelFailure broken(Throwable error) {
        return brokeOff(error)
                ? ModelFailure.fault(PROVIDER_CUT, provider + " broke the connection in the middle of the answer.")
                : ModelFailure.fault(PROVIDER_INVALID, provider + " sent something that is no valid answer.");
    }

    /** Nothing of an answer came, so it is nobody's own fault, unless it was no provider that spoke. */
    private ModelFailure unreached(Throwable error) {
        if (find(error, HttpConnectTimeoutException.class) != null) {
            return ModelFailure.outage(
                    PROVIDER_TIMEOUT,
                    null,
                    provider + " did not accept the connection within "
                            + seconds(config.timeouts().connect()) + ". Is it overloaded, or behind a firewall?");
        }
        if (find(error, UnresolvedAddressException.class) != null) {
            return unavailable("can't be found: no address is known for this name. " + checkUrl());
        }
        if (find(error, ConnectException.class) != null) {
            return unavailable("can't be reached: nobody listens there. Start it, or correct " + config.setting("url")
                    + " (" + config.baseUrl() + ").");
        }
        if (find(error, SSLException.class) != null) {
            return unavailable("can't be reached over TLS (" + kind(error) + "). Check its certificate, and whether "
                    + config.setting("url") + " should begin with http://.");
        }
        if (find(error, ProtocolException.class) != null) {
            return ModelFailure.fault(PROVIDER_INVALID, provider + " does not speak HTTP. " + checkUrl());
        }
        return unavailable("broke the connection before its answer (" + kind(error) + ").");
    }

    private ModelFailure unavailable(String words) {
        return ModelFailure.outage(PROVIDER_UNAVAILABLE, null, provider + " " + words);
    }

    private String checkUrl() {
        return "Check " + config.setting("url") + " (" + config.baseUrl()
                + "): the base of the API, which mostly ends in /v1.";
    }

    private ModelFailure refused(HttpException refusal, CallHttp http) {
        int status = refusal.statusCode();
        Duration wait = refusal instanceof ProviderRefusal ours ? ours.retryAfter() : null;
        String said = provider + " answered HTTP " + status;
        String quoted = quote(body(refusal));
        return switch (status) {
            // Bodies of 401 and 403 like to repeat the key, so they are not quoted.
            case 401, 403 -> rejected(said + " (not allowed). " + checkKey());
            case 404 ->
                rejected(said + " (not found) to " + http.url() + ". " + checkUrl() + " Or it does not know the model "
                        + config.model() + ": " + config.setting("name") + "." + quoted);
            case 408 -> new ModelFailure(PROVIDER_TIMEOUT, false, true, wait, said + " (timeout)." + quoted);
            case 409, 425 -> new ModelFailure(PROVIDER_UNAVAILABLE, false, true, wait, said + "." + quoted);
            case 429 -> ModelFailure.outage(PROVIDER_RATE_LIMITED, wait, said + " (too many requests)." + quoted);
            default -> {
                if (status >= 500) {
                    yield ModelFailure.outage(PROVIDER_UNAVAILABLE, wait, said + "." + quoted);
                }
                yield status < 400
                        ? rejected(said + ", a redirect, which is not followed. " + checkUrl())
                        : rejected(said + "; the same request would be refused again." + quoted);
            }
        };
    }

    private static ModelFailure rejected(String words) {
        return ModelFailure.lasting(PROVIDER_REJECTED, words);
    }

    private String checkKey() {
        String settings = config.setting("key-env") + " or " + config.setting("key-file");
        return config.key() == null
                ? "No key is configured: set " + settings + "."
                : "Check the key that " + settings + " gives.";
    }

    /** Of a refusal: its error if it is in one of the usual forms, else all of it; nothing of a web page. */
    private static String body(HttpException refusal) {
        String body = refusal.getMessage() == null ? "" : refusal.getMessage();
        ProviderError error = ProviderError.in(body);
        if (error != null) {
            return error.message();
        }
        return body.stripLeading().startsWith("<") ? "" : body;
    }

    private static String seconds(Duration time) {
        return time.toMillis() / 1000.0 + " s";
    }

    /** What the provider said itself, on one line and short. */
    private String quote(String said) {
        ApiKey key = config.key();
        String safe = key == null ? said : key.redact(said);
        String line = safe.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        if (line.isEmpty()) {
            return "";
        }
        boolean fits = line.codePointCount(0, line.length()) <= EXCERPT;
        return " It said: " + (fits ? line : line.substring(0, line.offsetByCodePoints(0, EXCERPT)) + "...");
    }

    /** The name of the innermost exception: its message may hold anything, its name is safe. */
    private static String kind(Throwable error) {
        Throwable at = error;
        for (Throwable cause = at.getCause(); cause != null; cause = cause.getCause()) {
            at = cause;
        }
        return at.getClass().getSimpleName();
    }

    private static boolean brokeOff(Throwable error) {
        // The SDK's JSON errors are IOExceptions too.
        IOException io = find(error, IOException.class);
        return io != null && io.getClass().getPackageName().startsWith("java.");
    }

    private static <T extends Throwable> @Nullable T find(Throwable error, Class<T> type) {
        for (Throwable at = error; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }
}
