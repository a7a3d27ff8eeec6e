package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.Notification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NotificationExecTest {
    @TempDir
    private Path folder = Path.of("");

    private final Captured shell = Captured.pipe("");

    /** Planted: silence. Found red. */
    @Test
    void aCommandThatFailsIsTold() {
        shell.environment.put("MEANWHILE_SERVER", "127.0.0.1:1");
        String failsOnce =
                "case $MEANWHILE_NOTIFICATION in 6) exit 130;; 7) exit 3;; esac; : > '" + folder.resolve("done") + "'";
        try (NotificationExec exec = new NotificationExec(failsOnce, new Cli(shell.shell()))) {
            exec.offer(Notification.newBuilder().setNumber(6).build(), null); // ended by Ctrl-C, as we are
            exec.offer(Notification.newBuilder().setNumber(7).build(), null);
            exec.offer(Notification.newBuilder().setNumber(8).build(), null);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(folder.resolve("done")));
        }
        assertEquals("meanwhile: the command of --exec failed with exit code 3 for notification 7\n", shell.err());
    }

    @Test
    void aCommandThatHangsStopsNobodyAndDoesNotPileUp() {
        shell.environment.put("MEANWHILE_SERVER", "127.0.0.1:1");
        Path done = folder.resolve("done");
        Path begun = folder.resolve("begun");
        String hangsAtFirst = "if [ \"$MEANWHILE_NOTIFICATION\" = 1 ]; then : > '" + begun + "'; sleep 600; fi;"
                + " echo \"$MEANWHILE_NOTIFICATION\" >> '" + done + "'";
        try (NotificationExec exec =
                new NotificationExec(hangsAtFirst, new Cli(shell.shell()), 2, Duration.ofSeconds(2))) {
            exec.offer(Notification.newBuilder().setNumber(1).build(), null);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(begun));
            for (int number = 2; number <= 50; number++) {
                exec.offer(Notification.newBuilder().setNumber(number).build(), null);
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> Files.exists(done) && Files.readAllLines(done).size() >= 2);
        }
        assertTrue(shell.err().contains("ran longer than 2.0 s for notification 1; it was ended"), shell::err);
        assertEquals(1, shell.err().split("too slow", -1).length - 1, shell::err);
    }
}
