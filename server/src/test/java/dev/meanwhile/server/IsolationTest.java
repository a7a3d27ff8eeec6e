package dev.meanwhile.server;

import static dev.meanwhile.server.ErrorDetails.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.v1.AcknowledgeNotificationsRequest;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.ListNotificationsRequest;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.Turn;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P13: what lies in another workspace is as if it did not exist, for every call that names a session or a message. */
final class IsolationTest {
    @TempDir
    Path folder;

    /**
     * Planted, each found red: Messages.find without the workspace; the message of ResponseChunks looked up before
     * the session; MESSAGE_NOT_FOUND naming the session; a text that names the workspace in which the id is.
     */
    @Test
    void p13AnIdOfAnotherWorkspaceAnswersLikeAnAbsentOne() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model, "--drain=0")) {
            UserCalls calls = new UserCalls(server);
            EveryNamedCall every = new EveryNamedCall(server);
            inOther(server, "mine");
            server.session("secret");
            String ended = calls.submit("secret", "hello");
            model.next().text("answer").complete();
            calls.awaitEnds("secret", ended);
            String running = calls.submit("secret", "more");
            model.next();

            Session session = calls.session("secret");
            Turn turn = calls.message(ended);
            Map<String, Map<String, String>> seen = answers(every, ended, running);
            seen.forEach((place, answers) -> {
                assertEquals(15, answers.size(), "calls that name something: " + answers.keySet());
                String asked = place.split(" ")[0];
                answers.forEach((call, answer) -> {
                    assertTrue(answer.startsWith("NOT_FOUND"), call + ": " + answer);
                    assertTrue(answer.contains(" in workspace '" + asked + "'; "), call + ": " + answer);
                });
            });
            refused("MESSAGE_NOT_FOUND", () -> chunks(server, running));
            assertEquals(session, calls.session("secret"), "nothing changed");
            assertEquals(turn, calls.message(ended));
            ErrorDetails.Refused foreign = refused(() -> chunks(server, running));
            calls.delete("secret"); // now it exists nowhere
            assertEquals(answers(every, ended, running), seen);
            assertEquals(refused(() -> chunks(server, running)), foreign);
        }
    }

    /** Planted: notifications found by their number alone; found red. */
    @Test
    void p13ListsAndNumbersShowNothingOfAnotherWorkspace() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("secret");
            String message = calls.submit("secret", "hello");
            model.next().complete();
            calls.awaitEnds("secret", message);
            Notification news = calls.notifications("secret").getFirst();
            for (String workspace : List.of("other", "nobody-was-here")) {
                if (workspace.equals("other")) {
                    inOther(server, "secret"); // the same id and the same name are free here
                }
                ListSessionsResponse sessions = server.users()
                        .listSessions(ListSessionsRequest.newBuilder()
                                .setWorkspace(workspace)
                                .build());
                assertTrue(sessions.getSessionsList().stream().allMatch(one -> one.getLastSequence() == 0));
                assertEquals(
                        0,
                        server.users()
                                .listNotifications(ListNotificationsRequest.newBuilder()
                                        .setWorkspace(workspace)
                                        .build())
                                .getNotificationsCount());
                assertEquals(
                        0,
                        server.users()
                                .acknowledgeNotifications(AcknowledgeNotificationsRequest.newBuilder()
                                        .setWorkspace(workspace)
                                        .addNumbers(news.getNumber())
                                        .build())
                                .getAcknowledgedNotifications());
            }
            assertEquals(List.of(news), calls.notifications("secret"));
            assertEquals(1, calls.session("secret").getPendingNotifications());
            assertEquals(
                    List.of(),
                    server.users()
                            .listSessions(ListSessionsRequest.newBuilder()
                                    .setWorkspace("nobody-was-here")
                                    .build())
                            .getSessionsList(),
                    "no read makes a workspace");
        }
    }

    private static Map<String, Map<String, String>> answers(EveryNamedCall every, String... messages) {
        Map<String, Map<String, String>> answers = new TreeMap<>();
        for (String workspace : List.of("other", "nobody-was-here")) {
            for (String message : messages) {
                answers.put(workspace + " " + message, every.answers(workspace, "secret", message));
            }
        }
        return answers;
    }

    /** A message of the other workspace, asked for in a session of one's own. */
    private static void chunks(TestServer server, String message) {
        server.users()
                .responseChunks(ResponseChunksRequest.newBuilder()
                        .setWorkspace("other")
                        .setSessionId("mine")
                        .setMessageId(message)
                        .build())
                .forEachRemaining(response -> {});
    }

    private static void inOther(TestServer server, String id) {
        server.users()
                .createSession(CreateSessionRequest.newBuilder()
                        .setWorkspace("other")
                        .setSessionId(id)
                        .build());
    }
}
