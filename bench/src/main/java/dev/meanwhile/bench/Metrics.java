package dev.meanwhile.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/** What the server says of itself. */
final class Metrics {
    private final HttpClient http = HttpClient.newHttpClient();
    private final HttpRequest request;

    Metrics(URI address) {
        this.request = HttpRequest.newBuilder(address).build();
    }

    /** The sum of all series whose line begins so. */
    double sum(String start) throws IOException, InterruptedException {
        List<String> lines =
                http.send(request, BodyHandlers.ofString()).body().lines().toList();
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    double openStreams() throws IOException, InterruptedException {
        return sum("meanwhile_streams_open");
    }

    double heapMebibytes() throws IOException, InterruptedException {
        return sum("jvm_memory_used_bytes{area=\"heap\"") / (1 << 20);
    }

    /** What connections hold outside of the heap. */
    double bufferMebibytes() throws IOException, InterruptedException {
        return sum("meanwhile_connection_buffers_bytes") / (1 << 20);
    }
}
