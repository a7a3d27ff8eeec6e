package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P3 across a restore: the same epoch and sequence never mean other bytes. */
final class RestoredTest {
    @TempDir
    Path folder;

    /** Planted: epochs that stay; a generation that is not raised, so that the next restore has the same epochs. */
    @Test
    void p3ARestoreGivesEveryLogANewEpochEachTime() throws Exception {
        String before;
        List<ResponseChunksResponse> log;
        try (TestServer server = TestServer.start(folder)) {
            UserCalls calls = new UserCalls(server);
            before = server.session("s").getEpoch();
            calls.awaitEnds("s", calls.submit("s", "hello"));
            log = read(server, before, 0);
        }
        String restored;
        try (TestServer server = TestServer.start(folder, "--restored")) {
            restored = changed(() -> read(server, before, 1));
            assertNotEquals(before, restored);
            assertEquals(entries(log), entries(read(server, restored, 0)));
            assertEquals(generation(restored), generation(server.session("new").getEpoch()));
        }
        try (TestServer server = TestServer.start(folder)) {
            assertEquals(entries(log), entries(read(server, restored, 0)), "an ordinary start changes nothing");
        }
        try (TestServer server = TestServer.start(folder, "--restored")) {
            assertNotEquals(before, changed(() -> read(server, restored, 0)));
            assertNotEquals(restored, changed(() -> read(server, before, 0)));
        }
    }

    /** The epoch in force, told by the refusal. */
    private static String changed(Runnable call) {
        return Objects.requireNonNull(
                ErrorDetails.refused("EPOCH_CHANGED", call).metadata().get("epoch"));
    }

    private static List<ResponseChunksResponse> read(TestServer server, String epoch, long after) {
        List<ResponseChunksResponse> read = new ArrayList<>();
        server.users()
                .responseChunks(ResponseChunksRequest.newBuilder()
                        .setSessionId("s")
                        .setEpoch(epoch)
                        .setAfterSequence(after)
                        .build())
                .forEachRemaining(read::add);
        return read;
    }

    private static List<?> entries(List<ResponseChunksResponse> log) {
        return log.stream()
                .flatMap(message -> message.getEntries().getEntriesList().stream())
                .toList();
    }

    private static String generation(String epoch) {
        return epoch.substring(epoch.indexOf('-'));
    }
}
