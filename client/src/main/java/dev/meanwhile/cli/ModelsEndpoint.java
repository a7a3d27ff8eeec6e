package dev.meanwhile.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Asks an OpenAI-compatible endpoint for its models; takes in 1 MiB at most. */
final class ModelsEndpoint {
    private static final int MAX_BYTES = 1 << 20;
    private final @Nullable String key;
    private final Duration patience;

    /**
     * What an endpoint has.
     *
     * @param base where its API begins, as the server wants it
     */
    record Found(URI base, List<String> ids) {}

    private record Reply(int status, String type, String body) {}

    /** Nothing, or something else, is at this address; what is wanted may be elsewhere on the same host. */
    private static final class NoSuchPage extends Exception {
        private final UserError error;

        NoSuchPage(String words) {
            super(words);
            this.error = new UserError(words);
        }
    }

    /**
     * @param patience for each answer as a whole
     */
    ModelsEndpoint(@Nullable String key, Duration patience) {
        this.key = key;
        this.patience = patience;
    }

    /** Asks below /v1, and if that is not there at the address as it is. */
    Found ask(URI url) throws InterruptedException {
        String given = url.toString().replaceAll("/+$", "").replaceAll("/+(models|chat/completions)$", "");
        String base = given.endsWith("/v1") ? given : given + "/v1";
        try {
            return found(base);
        } catch (NoSuchPage notThere) {
            if (base.equals(given)) {
                throw notThere.error;
            }
            try {
                return found(given);
            } catch (NoSuchPage e) {
                throw notThere.error;
            }
        }
    }

    private Found found(String base) throws NoSuchPage, InterruptedException {
        URI url = URI.create(base + "/models");
        Reply reply = within(url);
        int status = reply.status();
        if (status == 401 || status == 403) {
            throw new UserError(url + " answered HTTP " + status + ": "
                    + (key == null
                            ? "it wants a key; say which environment variable holds it with --key-env"
                            : "it does not take this key"));
        }
        if (status == 404 || status == 405) {
            throw new NoSuchPage("there is nothing at " + url + " (HTTP " + status
                    + "); give the base of the API, which mostly ends in /v1");
        }
        if (status != 200) {
            throw new UserError(url + " answered HTTP " + status
                    + (status / 100 == 3 ? ", a redirect; give the address that it leads to" : ""));
        }
        if (reply.type().startsWith("text/html") || reply.body().stripLeading().startsWith("<")) {
            throw new NoSuchPage(
                    "at " + url + " is a web page and no API; give the base of the API, which mostly ends in /v1");
        }
        List<String> ids = ids(url, reply.body());
        if (ids.isEmpty()) {
            throw new UserError(url + " names no model; load one there first");
        }
        return new Found(URI.create(base), ids);
    }

    private static List<String> ids(URI url, String body) {
        Struct.Builder root = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(body, root);
        } catch (InvalidProtocolBufferException e) {
            throw noList(url);
        }
        Value data = root.getFieldsOrDefault("data", Value.getDefaultInstance());
        if (!data.hasListValue()) {
            throw noList(url);
        }
        List<String> ids = new ArrayList<>();
        for (Value model : data.getListValue().getValuesList()) {
            Value id = model.getStructValue().getFieldsOrDefault("id", Value.getDefaultInstance());
            if (!id.hasStringValue()) {
                throw noList(url);
            }
            ids.add(id.getStringValue());
        }
        return ids;
    }

    private static UserError noList(URI url) {
        return new UserError("what " + url + " answered is no list of models as OpenAI's API has it");
    }

    private Reply within(URI url) throws InterruptedException {
        // HTTP/1.1: some local servers answer the offer of an upgrade with an error.
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        FutureTask<Reply> reply = new FutureTask<>(() -> get(http, url));
        Thread.ofVirtual().name("models-endpoint").start(reply);
        try {
            return reply.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new UserError(url + " did not answer within " + Moment.span(patience));
        } catch (ExecutionException e) {
            throw trouble(url, e.getCause());
        } finally {
            http.shutdownNow();
        }
    }

    private Reply get(HttpClient http, URI url) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(patience);
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            byte[] body = in.readNBytes(MAX_BYTES + 1);
            if (body.length > MAX_BYTES) {
                throw new UserError(url + " answered more than 1 MiB, which is no list of models");
            }
            String type = response.headers().firstValue("Content-Type").orElse("");
            return new Reply(response.statusCode(), type, new String(body, StandardCharsets.UTF_8));
        }
    }

    private UserError trouble(URI url, @Nullable Throwable cause) {
        String host = url.getAuthority();
        return switch (cause) {
            case UserError e -> e;
            case HttpTimeoutException e -> new UserError(url + " did not answer within " + Moment.span(patience));
            case ConnectException e
            when e.getCause() instanceof UnresolvedAddressException
                    || (e.getCause() != null && e.getCause().getCause() instanceof UnresolvedAddressException) ->
                new UserError("no address is known for " + url.getHost());
            case ConnectException e -> new UserError("nobody listens at " + host + "; is the endpoint running?");
            case SSLException e ->
                new UserError("no TLS connection to " + host + " can be made; check its certificate, or try http://");
            case null, default -> new UserError(host + " does not answer in HTTP, or broke the connection");
        };
    }
}
