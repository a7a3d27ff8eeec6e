package dev.meanwhile.server.telemetry;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.Priority;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void whatWasCountedIsScraped() {
        metrics.messageClaimed("m", Priority.LOW, Duration.ofMillis(50));
        metrics.messageClaimed("m", Priority.LOW, Duration.ofMillis(250));
        metrics.messageEnded("m", MessageState.COMPLETED, Duration.ofSeconds(2));
        metrics.chunksAppended(3, 120);
        metrics.streamOpened();
        metrics.streamOpened();
        metrics.streamClosed();
        metrics.fencedWrite();
        metrics.connectionBuffers(() -> 4_096);
        metrics.retryScheduled(FailureReason.PROVIDER_CUT);
        metrics.commit(5, Duration.ofMillis(4));

        String text = metrics.scrape();
        assertHas(text, "meanwhile_message_wait_seconds_count{model=\"m\",priority=\"low\"} 2");
        assertHas(text, "meanwhile_message_wait_seconds_bucket{model=\"m\",priority=\"low\",le=\"0.1\"} 1");
        assertHas(text, "meanwhile_message_processing_seconds_sum{model=\"m\",state=\"completed\"} 2.0");
        assertHas(text, "meanwhile_chunks_total 3.0");
        assertHas(text, "meanwhile_chunk_bytes_total 120.0");
        assertHas(text, "meanwhile_streams_total 2.0");
        assertHas(text, "meanwhile_streams_open 1.0");
        assertHas(text, "meanwhile_fenced_writes_total 1.0");
        assertHas(text, "meanwhile_connection_buffers_bytes 4096.0");
        assertHas(text, "meanwhile_retries_total{reason=\"PROVIDER_CUT\"} 1.0");
        assertHas(text, "meanwhile_commit_commands_sum 5.0");
        assertHas(text, "meanwhile_commit_seconds_count 1");
    }

    @Test
    void lanesAreThoseOfTheMomentAndLeaveTheOthersAloneWhenTheyCannotBeRead() {
        metrics.fencedWrite();
        metrics.lanes(() -> List.of(
                new LaneDepth("m", Priority.HIGH, 4, 2, 3, Duration.ofMillis(1_500)),
                new LaneDepth("gone", Priority.LOW, 1, 0, 0, Duration.ZERO)));
        String first = metrics.scrape();
        assertHas(first, "meanwhile_queue_depth{model=\"m\",priority=\"high\"} 4.0");
        assertHas(first, "meanwhile_messages_running{model=\"m\",priority=\"high\"} 2.0");
        assertHas(first, "meanwhile_messages_retrying{model=\"m\",priority=\"high\"} 3.0");
        assertHas(first, "meanwhile_queue_worst_wait_seconds{model=\"m\",priority=\"high\"} 1.5");
        assertHas(first, "meanwhile_queue_depth{model=\"gone\",priority=\"low\"} 1.0");

        metrics.lanes(() -> List.of(new LaneDepth("m", Priority.HIGH, 0, 0, 0, Duration.ZERO)));
        String second = metrics.scrape();
        assertHas(second, "meanwhile_queue_depth{model=\"m\",priority=\"high\"} 0.0");
        assertFalse(second.contains("gone"), second);

        metrics.lanes(() -> {
            throw new IllegalStateException("the store is away");
        });
        String third = metrics.scrape();
        assertHas(third, "meanwhile_fenced_writes_total 1.0");
        assertFalse(third.contains("meanwhile_queue_depth{"), third);
    }

    private static void assertHas(String text, String line) {
        assertTrue(text.lines().anyMatch(line::equals), () -> "no line " + line + " in\n" + text);
    }
}
