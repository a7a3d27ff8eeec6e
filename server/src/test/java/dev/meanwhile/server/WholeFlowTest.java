package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.SwitchSessionRequest;
import dev.meanwhile.v1.SwitchSessionResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole flow once: in front, in the background, streamed, stored, announced, shown on switching back. */
final class WholeFlowTest {
    @TempDir
    Path folder;

    @Test
    void answersArriveInTheBackgroundAndAreShownOnSwitching() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            server.session("front");
            server.session("back");
            Message message = server.submit("back", "hello");
            assertEquals(Route.ROUTE_BACKGROUND, message.getRoute());
            model.next().text("one ").text("two").complete();

            List<ResponseEntry> log = follow(server, "back", message.getMessageId());
            assertEquals(4, log.size());
            assertTrue(log.get(0).hasStarted());
            assertEquals("two", log.get(2).getText().getText());
            assertEquals(2, log.get(3).getCompleted().getChunkCount());

            SwitchSessionResponse switched = server.users()
                    .switchSession(SwitchSessionRequest.newBuilder()
                            .setSessionId("back")
                            .build());
            assertEquals("front", switched.getPreviousSessionId());
            assertEquals("one two", switched.getTurns(0).getAnswer());
            assertEquals(4, switched.getResumeAfter());
            assertEquals(1, switched.getNotificationsCount());
            assertFalse(switched.getTruncated());
        }
    }

    private static List<ResponseEntry> follow(TestServer server, String session, String messageId) {
        Iterator<ResponseChunksResponse> stream = server.users()
                .responseChunks(ResponseChunksRequest.newBuilder()
                        .setSessionId(session)
                        .setMessageId(messageId)
                        .setFollow(true)
                        .build());
        List<ResponseEntry> entries = new ArrayList<>();
        stream.forEachRemaining(response -> entries.addAll(response.getEntries().getEntriesList()));
        return entries;
    }
}
