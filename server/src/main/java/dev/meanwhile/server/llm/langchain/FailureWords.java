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
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says in words and in kind why a call failed; the one place that knows the provider's errors. */
final class FailureWords {
    private static final int EXCERPT = 300;

    private final OpenAiConfig config;
    private final String provider;

    FailureWords(OpenAiConfig config) {
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
            return refused(refusal);
        }
        if (!http.sent()) {
            return ModelFailure.lasting(INTERNAL, "The request could not be made (" + kind(error) + ").");
        }
        if (find(error, HttpConnectTimeoutException.class) != null) {
            return ModelFailure.outage(
                    PROVIDER_TIMEOUT, null, provider + " did not accept the connection in time; is it overloaded?");
        }
        if (find(error, ConnectException.class) != null) {
            return ModelFailure.outage(
                    PROVIDER_UNAVAILABLE,
                    null,
                    provider + " can't be reached. Check the model's url and that the provider runs.");
        }
        if (!http.answered()) {
            return ModelFailure.outage(
                    PROVIDER_UNAVAILABLE,
                    null,
                    provider + " broke the connection before its answer (" + kind(error) + ").");
        }
        return brokeOff(error)
                ? ModelFailure.fault(PROVIDER_CUT, provider + " broke the connection in the middle of the answer.")
                : ModelFailure.fault(PROVIDER_INVALID, provider + " sent something that is no valid answer.");
    }

    private ModelFailure refused(HttpException refusal) {
        int status = refusal.statusCode();
        Duration wait = refusal instanceof ProviderRefusal ours ? ours.retryAfter() : null;
        String said = provider + " answered HTTP " + status;
        if (status == 429) {
            return ModelFailure.outage(PROVIDER_RATE_LIMITED, wait, said + " (too many requests)." + quote(refusal));
        }
        if (status >= 500) {
            return ModelFailure.outage(PROVIDER_UNAVAILABLE, wait, said + "." + quote(refusal));
        }
        if (status == 408) {
            return new ModelFailure(PROVIDER_TIMEOUT, false, true, wait, said + " (timeout)." + quote(refusal));
        }
        if (status == 409 || status == 425) {
            return new ModelFailure(PROVIDER_UNAVAILABLE, false, true, wait, said + "." + quote(refusal));
        }
        if (status == 401 || status == 403) {
            // Their bodies like to repeat the key, so they are not quoted.
            return ModelFailure.lasting(
                    PROVIDER_REJECTED, said + " (not allowed). Check the model's key in the server's configuration.");
        }
        if (status < 400) {
            return ModelFailure.lasting(
                    PROVIDER_REJECTED, said + ", which is no answer. Check the model's url in the configuration.");
        }
        return ModelFailure.lasting(
                PROVIDER_REJECTED, said + "; the same request would be refused again." + quote(refusal));
    }

    private static String seconds(Duration time) {
        return time.toMillis() / 1000.0 + " s";
    }

    /** What the provider said itself, on one line and short. */
    private String quote(HttpException refusal) {
        String body = refusal.getMessage() == null ? "" : refusal.getMessage();
        ApiKey key = config.key();
        String safe = key == null ? body : key.redact(body);
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
