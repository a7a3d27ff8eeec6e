package dev.meanwhile.server.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class PatienceTest {
    /** Seen red: a look that ends with the first one, and one that does not look again. */
    @Test
    void whatDoesNotComeInTimeEnds() throws Exception {
        try (Patience patience = new Patience(200)) {
            long begin = System.nanoTime();
            CompletableFuture<String> answered = new CompletableFuture<>();
            CompletableFuture<String> first = new CompletableFuture<>();
            CompletableFuture<String> second = new CompletableFuture<>();
            patience.watch(answered);
            patience.watch(first);
            patience.watch(second);
            answered.complete("answer");
            assertTimedOut(first);
            assertTimedOut(second);
            assertTrue(System.nanoTime() - begin >= TimeUnit.MILLISECONDS.toNanos(200), "too early");
            assertEquals("answer", answered.get());

            CompletableFuture<String> later = new CompletableFuture<>();
            patience.watch(later);
            assertTimedOut(later);
        }
    }

    /** Seen red: answers kept until their time is over, which is 30 s of a busy server's answers. */
    @Test
    void whatHasComeIsKeptNoLonger() {
        try (Patience patience = new Patience(TimeUnit.HOURS.toMillis(1))) {
            for (int i = 0; i < 100; i++) {
                patience.watch(CompletableFuture.completedFuture("answer"));
            }
            Awaitility.await().until(() -> patience.waiting() == 0);
        }
    }

    /** A call that comes as the store closes is refused by the writer. Seen red: the timer's own refusal in its place. */
    @Test
    void onceClosedItLooksAfterNothing() {
        Patience patience = new Patience(1);
        patience.close();
        assertDoesNotThrow(() -> patience.watch(CompletableFuture.completedFuture("refused")));
    }

    private static void assertTimedOut(CompletableFuture<String> answer) {
        Throwable why = assertThrows(ExecutionException.class, () -> answer.get(20, TimeUnit.SECONDS))
                .getCause();
        assertInstanceOf(TimeoutException.class, why);
    }
}
