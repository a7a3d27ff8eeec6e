package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.ConflictPolicy;
import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.ResponseEntry.Failed;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.ResponseEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P2 when the server ends without a word: the next one takes back what ran, within bounds. */
final class TakeBackTest {
    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();

    /** The files as they lie there while an answer runs are what a kill leaves. Planted: no take-back at the start. */
    @Test
    void p2AfterAKillTheAnswerStartsAnew() throws Exception {
        ScriptedModel model = new ScriptedModel();
        Path image = folder.resolve("image");
        Path data = folder.resolve("data");
        Message message;
        try (TestServer server = TestServer.start(data, model, "--drain=0")) {
            server.session("s");
            message = server.submit("s", "hello");
            model.next().text("half");
            LogStream.follow(server, "s").until(ResponseEntry::hasText);
            copy(data, image);
        }
        ScriptedModel next = new ScriptedModel();
        try (TestServer server = TestServer.start(image, clock, List.of(next))) {
            next.next().text("whole").complete();
            List<ResponseEntry> log = LogStream.whole(server, "s", message.getMessageId());
            assertEquals(
                    dev.meanwhile.v1.FailureReason.FAILURE_REASON_WORKER_LOST,
                    log.get(2).getAttemptReset().getCause());
            assertEquals(2, log.get(3).getStarted().getAttempt());
            assertTrue(log.getLast().hasCompleted());
            assertEquals(1, Calls.notifications(server).size());
        }
    }

    /** Red if what ran is not said to be between attempts since the next start. */
    @Test
    void whatIsTakenBackAfterAKillIsDueAtOnce() {
        Lease lease;
        try (ChatStore chat = ChatStore.open(folder, clock)) {
            chat.session("s");
            chat.submit("s", ConflictPolicy.ENQUEUE);
            lease = chat.claim();
        }
        clock.advance(Duration.ofHours(1));
        try (ChatStore chat = ChatStore.open(folder, clock)) {
            chat.takeBackRunning();
            assertEquals(clock.instant(), chat.retryTime(lease));
            chat.claim();
            assertNull(chat.retryTime(lease));
        }
    }

    /** Planted: a crash that is not counted; a bound of 21. */
    @Test
    void p2AfterMoreThanTwentyCrashesTheWorkerIsLost() {
        Lease lease;
        try (ChatStore chat = ChatStore.open(folder, clock)) {
            chat.session("s");
            chat.submit("s", ConflictPolicy.ENQUEUE);
            lease = chat.claim();
        }
        for (int crash = 1; crash <= 20; crash++) {
            try (ChatStore chat = ChatStore.open(folder, clock)) {
                chat.takeBackRunning();
                assertEquals(crash + 1, chat.claim().attempt());
            }
        }
        try (ChatStore chat = ChatStore.open(folder, clock)) {
            chat.takeBackRunning();
            assertEquals(MessageState.FAILED, chat.message(lease).state());
            Failed failed = assertInstanceOf(Failed.class, chat.message(lease).outcome());
            assertEquals(FailureReason.WORKER_LOST, failed.reason());
            assertEquals(21, failed.attempts());
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                if (!file.toString().endsWith("-shm")) { // shared memory: a kill of the machine leaves none
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        }
    }
}
