package dev.meanwhile.server.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.meanwhile.server.ChatStore;
import dev.meanwhile.server.SettableClock;
import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.telemetry.Metrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogStreamsTest {
    @TempDir
    Path folder;

    /** Once a stream that came in while the others were told stayed open until the connection was cut. */
    @Test
    void aStreamOpenedWhileTheServerDrainsEndsInOrder() throws Exception {
        try (ChatStore chat = ChatStore.open(folder, new SettableClock());
                LogStreams streams =
                        new LogStreams(chat.storage, chat.signals, Duration.ofSeconds(15), new Metrics())) {
            chat.session("s");
            CompletableFuture<LogSink.Closing> closing = new CompletableFuture<>();
            streams.drain();
            streams.open(new LogStreams.Request("default", "s", "", 0, "", true), new Ending(closing));
            assertEquals(LogSink.Closing.DRAINING, closing.get(60, TimeUnit.SECONDS));
            assertEquals(0, streams.count());
        }
    }

    /** Seen red: the stream stayed open, without an end and deaf to all that followed. */
    @Test
    void aStreamThatMeetsAnErrorEndsByIt() throws Exception {
        try (ChatStore chat = ChatStore.open(folder, new SettableClock());
                LogStreams streams =
                        new LogStreams(chat.storage, chat.signals, Duration.ofSeconds(15), new Metrics())) {
            chat.session("s");
            CompletableFuture<LogSink.Closing> closing = new CompletableFuture<>();
            LogFollower follower =
                    streams.open(new LogStreams.Request("default", "s", "", 0, "", true), new Ending(closing) {
                        @Override
                        public void heartbeat(long lastSequence) {
                            throw new AssertionError("planted");
                        }
                    });
            follower.beat();
            ExecutionException ended = assertThrows(ExecutionException.class, () -> closing.get(10, TimeUnit.SECONDS));
            assertEquals(Refusal.Reason.INTERNAL, ((Refusal) ended.getCause()).reason());
            assertEquals(0, streams.count());
        }
    }

    /** A sink that only tells how its stream ended. */
    private static class Ending implements LogSink {
        private final CompletableFuture<Closing> reason;

        Ending(CompletableFuture<Closing> reason) {
            this.reason = reason;
        }

        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public void started(String epoch, long lastCommitted) {}

        @Override
        public void entries(List<LogEntry> entries) {}

        @Override
        public void heartbeat(long lastSequence) {}

        @Override
        public void closing(Closing closing, long resumeAfter) {
            reason.complete(closing);
        }

        @Override
        public void ended() {
            reason.completeExceptionally(new AssertionError("ended without a closing"));
        }

        @Override
        public void failed(Refusal refusal) {
            reason.completeExceptionally(refusal);
        }
    }
}
