package dev.meanwhile.server.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.ChatStore;
import dev.meanwhile.server.SettableClock;
import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.FinishReason;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.ResponseEntry;
import dev.meanwhile.server.domain.ResponseEntry.Completed;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.server.domain.ResponseEntry.Started;
import dev.meanwhile.server.domain.ResponseEntry.Text;
import dev.meanwhile.server.domain.TokenUsage;
import dev.meanwhile.server.store.Storage.Caller;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P6 on the real store: a worker that stalls goes on with an old lease after its message got another attempt or end.
 * Planted: Fence without each of its conditions, one at a time (state, attempt, attempt time, deleted session).
 */
final class FenceTest {
    private static final Failed LOST = new Failed(FailureReason.PROVIDER_CUT, "cut", 1);

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private ChatStore chat;

    @BeforeEach
    void open() {
        chat = ChatStore.open(folder, clock);
        chat.session("s");
    }

    @AfterEach
    void close() {
        chat.close();
    }

    @Test
    void p6TheNewestAttemptMayWrite() {
        Lease lease = begun();
        chat.log.append(lease, List.of(new Text("b", 1)));
        assertEquals(List.of(new Started(1, "m"), new Text("a", 0), new Text("b", 1)), chat.entries(lease));
    }

    @Test
    void p6NothingCommitsBetweenARetryAndItsAttempt() {
        Lease lease = begun();
        retry(lease);
        assertFenced(lease);
    }

    @Test
    void p6NothingCommitsOnceTheNextAttemptIsGranted() {
        Lease old = begun();
        retry(old);
        clock.advance(Duration.ofSeconds(1));
        Lease next = chat.claim();
        assertEquals(2, next.attempt());
        assertFenced(old);
        chat.log.append(next, List.of(new Started(2, "m"), new Text("again", 0)));
        assertFenced(old);
    }

    @Test
    void p6NothingCommitsAfterACancel() {
        Lease lease = begun();
        chat.cancel(lease.messageId());
        assertTrue(lease.stop().raised(), "the worker is told");
        assertFenced(lease);
    }

    @Test
    void p6NothingCommitsAfterAnInterrupt() {
        Lease lease = begun();
        chat.submit("s", ConflictPolicy.INTERRUPT);
        assertFenced(lease);
        Lease other = chat.claim();
        assertFalse(other.messageId().equals(lease.messageId()));
        assertFenced(lease);
    }

    @Test
    void p6NothingCommitsAfterATakeBack() {
        Lease lease = begun();
        chat.takeBackRunning();
        assertFenced(lease);
        assertEquals(2, chat.claim().attempt());
        assertFenced(lease);
    }

    @Test
    void p6NothingCommitsAfterARestart() {
        Lease lease = begun();
        chat.close();
        chat = ChatStore.open(folder, clock);
        chat.takeBackRunning();
        assertFenced(lease);
        assertEquals(2, chat.claim().attempt());
        assertFenced(lease);
    }

    @Test
    void p6NothingCommitsAfterADelete() throws Exception {
        Lease lease = begun();
        chat.delete("s");
        assertThrows(FencedException.class, () -> chat.log.append(lease, List.of(new Text("late", 1))));
        assertTrue(chat.storage.<Boolean>read(tx -> Fence.tryPass(tx, lease) == null));
        chat.purge();
        assertThrows(FencedException.class, () -> chat.log.append(lease, List.of(new Text("late", 1))));
    }

    @Test
    void p6ASecondEndByTheSameAttemptDoesNotCommit() {
        Lease lease = begun();
        assertTrue(complete(lease));
        Message ended = chat.message(lease);
        assertFalse(complete(lease));
        assertFenced(lease);
        assertEquals(ended, chat.message(lease));
    }

    /** Both in flight at once, often in one commit: whoever is second finds the other's work. */
    @Test
    void p6AWriteThatRacesTheCancelComesBeforeItOrNotAtAll() throws Exception {
        for (int round = 0; round < 100; round++) {
            Lease lease = begun();
            CyclicBarrier together = new CyclicBarrier(2);
            CompletableFuture<Boolean> write = CompletableFuture.supplyAsync(() -> {
                try {
                    together.await(60, TimeUnit.SECONDS);
                    chat.log.append(lease, List.of(new Text("late", 1)));
                    return true;
                } catch (FencedException e) {
                    return false;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            together.await(60, TimeUnit.SECONDS);
            chat.cancel(lease.messageId());
            boolean written = write.get(60, TimeUnit.SECONDS);
            List<ResponseEntry> entries = chat.entries(lease);
            List<ResponseEntry> own = entries.subList(entries.lastIndexOf(new Started(1, "m")), entries.size());
            assertEquals(written ? 4 : 3, own.size());
            assertTrue(own.getLast() instanceof ResponseEntry.Cancelled, "the end is the last entry");
        }
    }

    /** A message that runs, with text in the log. */
    private Lease begun() {
        chat.submit("s", ConflictPolicy.ENQUEUE);
        Lease lease = chat.claim();
        chat.log.append(lease, List.of(new Started(1, "m"), new Text("a", 0)));
        return lease;
    }

    private void retry(Lease lease) {
        chat.storage.inTransaction(Caller.SERVICE, tx -> {
            Fence.Passed passed = Objects.requireNonNull(Fence.tryPass(tx, lease));
            tx.sessions()
                    .save(chat.queue.retry(
                            tx,
                            passed.session(),
                            passed.message(),
                            new Message.Faults(1, 0, 0),
                            LOST,
                            clock.instant().plusSeconds(1)));
            return true;
        });
    }

    /** Ends the message as a worker does; false = the fence held. */
    private boolean complete(Lease lease) {
        return chat.storage.inTransaction(Caller.SERVICE, tx -> {
            Fence.Passed passed = Fence.tryPass(tx, lease);
            if (passed == null) {
                return false;
            }
            Completed whole = new Completed(FinishReason.STOP, 1, 1, "", TokenUsage.NONE);
            tx.sessions().save(chat.queue.end(tx, passed.session(), passed.message(), List.of(), whole));
            return true;
        });
    }

    private void assertFenced(Lease lease) {
        List<ResponseEntry> before = chat.entries(lease);
        Message message = chat.message(lease);
        assertThrows(FencedException.class, () -> chat.log.append(lease, List.of(new Text("late", 1))));
        assertFalse(complete(lease));
        assertEquals(before, chat.entries(lease));
        assertEquals(message, chat.message(lease));
    }
}
