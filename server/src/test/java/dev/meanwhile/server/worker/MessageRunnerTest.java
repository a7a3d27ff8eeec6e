package dev.meanwhile.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.ChatStore;
import dev.meanwhile.server.SettableClock;
import dev.meanwhile.server.StoredFile;
import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.telemetry.CapturedLog;
import dev.meanwhile.server.telemetry.LogFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a runner does when things go wrong beside the model's own failures: it always returns, and leaves no thread. */
final class MessageRunnerTest {
    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private ChatStore chat;

    @BeforeEach
    void open() {
        chat = ChatStore.open(folder, clock);
        chat.session("s");
        chat.submit("s", ConflictPolicy.ENQUEUE);
    }

    @AfterEach
    void close() {
        chat.close();
    }

    @Test
    void aModelThatThrowsEndsTheMessageAsAFaultOfTheServer() throws Exception {
        Lease lease = chat.claim();
        run(lease, (prompt, listener) -> {
            throw new IllegalStateException("secret");
        });
        Message message = chat.message(lease);
        assertEquals(MessageState.FAILED, message.state());
        Failed failed = assertInstanceOf(Failed.class, message.outcome());
        assertEquals(FailureReason.INTERNAL, failed.reason());
        assertEquals("a fault of the server; its log has the details", failed.message());
    }

    /** Once the fence's word, met while failing the message, ended the worker's thread with an uncaught exception. */
    @Test
    void aModelThatThrowsAfterTheCancelChangesNothing() throws Exception {
        Lease lease = chat.claim();
        run(lease, (prompt, listener) -> {
            chat.cancel(lease.messageId());
            throw new IllegalStateException("closed");
        });
        assertEquals(MessageState.CANCELLED, chat.message(lease).state());
    }

    /** Once its end without an answer counted as one: all workers then called a provider that was still out. */
    @Test
    void aCancelledProbeDoesNotEndTheHoldOfItsModel() throws Exception {
        chat.holds.outage(chat.claim(), FailureReason.PROVIDER_UNAVAILABLE, null);
        clock.advance(ChatStore.DELAYS.first());
        chat.session("other");
        chat.submit("other", ConflictPolicy.ENQUEUE);
        Lease probe = chat.claim();
        run(probe, (prompt, listener) -> {
            chat.cancel(probe.messageId());
            return () -> {};
        });
        assertEquals(MessageState.CANCELLED, chat.message(probe).state());
        assertNotNull(chat.holds.find(probe.model()));
    }

    /** Once this was a null pointer, told as a fault of the server. */
    @Test
    void aMessagePurgedSinceItsClaimIsLeftAlone() throws Exception {
        Lease lease = chat.claim();
        chat.delete("s");
        chat.purge();
        run(lease, (prompt, listener) -> {
            throw new AssertionError("the model is not called");
        });
        assertThrows(NullPointerException.class, () -> chat.message(lease), "it is gone");
    }

    /** Planted: no buffer.stop() once the attempt is over: a model that waits for room in it waits for ever. */
    @Test
    void aModelThatWaitsForRoomIsLetGoWhenTheWriteFails() throws Exception {
        Lease lease = chat.claim();
        CompletableFuture<Void> delivered = new CompletableFuture<>();
        run(lease, (prompt, listener) -> {
            chat.takeBackRunning(); // fences without a stop signal
            Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 1_000; i++) {
                    listener.text("x".repeat(8 << 10));
                }
                delivered.complete(null);
            });
            return () -> {};
        });
        delivered.get(60, TimeUnit.SECONDS);
        assertEquals(MessageState.RUNNING, chat.message(lease).state());
    }

    /** Planted: appends tried until they commit, as it was: the call stays open as long as the disk is full. */
    @Test
    void p12AStoreThatTakesNothingClosesTheCallAfterTheTotalTimeoutAndEndsTheAttemptOnceItCan() throws Exception {
        Lease lease = chat.claim();
        try (StoredFile file = new StoredFile(folder)) {
            file.change("CREATE TRIGGER full BEFORE UPDATE ON message BEGIN SELECT raise(ABORT, 'full'); END");
        }
        CapturedLog log = new CapturedLog(LogFormat.TEXT);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Thread runner = Thread.ofVirtual().start(() -> {
            try {
                run(lease, Duration.ofMillis(500), (prompt, listener) -> {
                    listener.text("lost");
                    return () -> closed.complete(null);
                });
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        closed.get(60, TimeUnit.SECONDS);
        assertTrue(runner.isAlive(), "the end is tried on");
        String told = "[WORKER] ERROR: Failed to send chunk 0 to session " + lease.sessionId();
        assertEquals(List.of(told), log.lines().stream().filter(told::equals).toList(), "once");
        log.close();
        assertEquals(MessageState.RUNNING, chat.message(lease).state());
        try (StoredFile file = new StoredFile(folder)) {
            file.change("DROP TRIGGER full");
        }
        assertTrue(runner.join(Duration.ofMinutes(1)));
        Message message = chat.message(lease);
        assertEquals(new Message.Faults(1, 0, 0), message.faults(), "given up, to be tried again");
        assertNull(message.attemptTime());
    }

    private void run(Lease lease, LanguageModel model) throws InterruptedException {
        run(lease, Duration.ofMinutes(1), model);
    }

    private void run(Lease lease, Duration totalTimeout, LanguageModel model) throws InterruptedException {
        new MessageRunner(
                        chat.storage,
                        chat.log,
                        chat.queue,
                        Map.of("m", new RunnableModel(ChatStore.MODEL, model)),
                        new WorkerConfig(totalTimeout, Duration.ofMinutes(1), ChatStore.DELAYS),
                        new RetryPolicy(Duration.ofMinutes(1), ChatStore.DELAYS),
                        chat.holds,
                        () -> {})
                .run(lease);
    }
}
