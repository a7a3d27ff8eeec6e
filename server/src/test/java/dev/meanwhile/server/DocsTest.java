package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.domain.Priority;
import dev.meanwhile.server.telemetry.LaneDepth;
import dev.meanwhile.server.telemetry.Metrics;
import dev.meanwhile.v1.ErrorReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The pages of {@code docs/} against what they tell of. The commands in them are run by {@code .ci/run}. */
final class DocsTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern ROW =
            Pattern.compile("\\| `([A-Z_]+)` \\| ([A-Z_]+) \\|.*\\| ([a-z_, ]*) ?\\|(?: `([A-Za-z]+)`)? \\|");

    /** Planted: a row taken out; another status; a key left out; a BadRequest left out. */
    @Test
    void errorsHasEveryReasonWithItsStatusKeysAndDetails() throws IOException {
        Map<String, String> rows = Files.readAllLines(DOCS.resolve("errors.md")).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(
                        row -> row.group(1),
                        row -> row.group(2) + " " + keys(row.group(3)) + Objects.requireNonNullElse(row.group(4), "")));
        Map<String, String> promised = Arrays.stream(ErrorReason.values())
                .filter(reason -> reason != ErrorReason.UNRECOGNIZED)
                .filter(reason -> reason != ErrorReason.ERROR_REASON_UNSPECIFIED)
                .collect(Collectors.toMap(
                        reason -> reason.name().substring("ERROR_REASON_".length()),
                        reason -> ErrorDetails.PROMISES.get(reason).code() + " "
                                + keys(String.join(
                                        ",", ErrorDetails.PROMISES.get(reason).keys()))
                                + ErrorDetails.PROMISES.get(reason).beside()));
        assertEquals(promised, rows);
    }

    /** Planted: a row taken out. */
    @Test
    void errorsHasEveryFailure() throws IOException {
        String page = Files.readString(DOCS.resolve("errors.md"));
        String failures = page.substring(page.indexOf("## Why a message failed"));
        for (FailureReason reason : FailureReason.values()) {
            assertTrue(failures.contains("\n| `" + reason + "` |"), reason.name());
        }
    }

    /** Planted: a key with a slip. */
    @Test
    void theExampleOfAConfigurationIsOne() {
        List<String> args = List.of("--config=" + DOCS.resolve("meanwhile.properties"));
        ServerConfig config = ServerConfig.read(args, Map.of("HOME", "/nowhere"));
        assertEquals(
                List.of("local", "simulated"),
                config.modelInfos().stream().map(ModelInfo::name).toList());
        assertEquals(List.of(), config.warnings());
    }

    /** Planted: a metric with another name. */
    @Test
    void theMetricsOfTroubleshootingExist() throws IOException {
        Metrics metrics = new Metrics();
        metrics.lanes(() -> List.of(new LaneDepth("m", Priority.LOW, 1, 1, 1, Duration.ofSeconds(1))));
        metrics.held("m", () -> true);
        metrics.connectionBuffers(() -> 1);
        metrics.messageClaimed("m", Priority.LOW, Duration.ofSeconds(1));
        metrics.messageEnded("m", MessageState.COMPLETED, Duration.ofSeconds(1));
        metrics.retryScheduled(FailureReason.PROVIDER_CUT);
        String scraped = metrics.scrape();
        Matcher named =
                Pattern.compile("`(meanwhile_[a-z_]+)`").matcher(Files.readString(DOCS.resolve("troubleshooting.md")));
        int found = 0;
        while (named.find()) {
            found++;
            assertTrue(
                    Pattern.compile("(?m)^" + named.group(1) + "(_count)?[ {]")
                            .matcher(scraped)
                            .find(),
                    named.group(1));
        }
        assertTrue(found >= 8, "only " + found);
    }

    private static List<String> keys(String listed) {
        return Arrays.stream(listed.split(","))
                .map(String::strip)
                .filter(key -> !key.isEmpty())
                .sorted()
                .toList();
    }
}
