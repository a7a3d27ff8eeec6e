package dev.meanwhile.server;

import static dev.meanwhile.server.ErrorDetails.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.ListMessagesResponse;
import dev.meanwhile.v1.ListNotificationsRequest;
import dev.meanwhile.v1.ListNotificationsResponse;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.Turn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists in pages: every size gives the same whole, tokens belong to their list, answers stay small. */
final class ListsTest {
    private static final int MAX_RESPONSE = 2 << 20;

    @TempDir
    Path folder;

    /** One page: its rows, and the token of the next. */
    private record Page(List<Long> rows, String next) {}

    @FunctionalInterface
    private interface Listing {
        Page page(int size, String token);
    }

    /** Planted, each found red: `more` from a page that is exactly full; the token of a page's first row. */
    @Test
    void everyPageSizeGivesTheSameWhole() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            UserCalls calls = new UserCalls(server);
            calls.pause();
            for (int i = 1; i <= 12; i++) {
                server.session("s" + i);
                calls.submit("s1", "message " + i);
            }
            assertEquals(12, calls.cancelQueued("s1"));
            calls.close("s3", false);
            for (int size = 1; size <= 13; size++) {
                assertEquals(numbers(1, 12), walk(size, sessions(server, SessionState.SESSION_STATE_UNSPECIFIED)));
                assertEquals(List.of(3L), walk(size, sessions(server, SessionState.SESSION_STATE_CLOSED)));
                assertEquals(
                        11,
                        walk(size, sessions(server, SessionState.SESSION_STATE_OPEN))
                                .size());
                assertEquals(numbers(1, 12), walk(size, messages(server, "s1", true)));
                assertEquals(numbers(1, 12).reversed(), walk(size, messages(server, "s1", false)));
                assertEquals(numbers(1, 12).reversed(), walk(size, notifications(server, "")));
                assertEquals(numbers(1, 12).reversed(), walk(size, notifications(server, "s1")));
                assertEquals(List.of(), walk(size, notifications(server, "s2")));
            }
        }
    }

    /** Planted: sizes above the limit taken as they are; 0 taken as everything. Each found red. */
    @Test
    void pageSizesHaveADefaultAndALimit() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            UserCalls calls = new UserCalls(server);
            calls.pause();
            server.session("one");
            for (int i = 0; i < 1_001; i++) {
                calls.submit("one", "x");
            }
            calls.cancelQueued("one");
            for (int[] sizes : new int[][] {{0, 50}, {1_000, 1_000}, {1_001, 1_000}, {Integer.MAX_VALUE, 1_000}}) {
                assertEquals(
                        sizes[1],
                        notifications(server, "").page(sizes[0], "").rows().size());
                assertEquals(
                        sizes[1],
                        messages(server, "one", false).page(sizes[0], "").rows().size());
            }
            for (int negative : new int[] {-1, Integer.MIN_VALUE}) {
                assertEquals(
                        "page_size",
                        refused("INVALID_FIELD", () -> notifications(server, "").page(negative, ""))
                                .field());
                refused("INVALID_FIELD", () -> messages(server, "one", true).page(negative, ""));
                refused(
                        "INVALID_FIELD",
                        () -> sessions(server, SessionState.SESSION_STATE_OPEN).page(negative, ""));
            }
        }
    }

    /** Planted: the filter left out of the token's check; found red. */
    @Test
    void aTokenBelongsToItsListAndItsFilters() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            UserCalls calls = new UserCalls(server);
            calls.pause();
            for (String id : List.of("one", "two", "three")) {
                server.session(id);
                calls.submit(id, "a");
                calls.submit(id, "b");
                calls.cancelQueued(id);
            }
            List<Listing> lists = List.of(
                    sessions(server, SessionState.SESSION_STATE_UNSPECIFIED),
                    sessions(server, SessionState.SESSION_STATE_OPEN),
                    messages(server, "one", true),
                    messages(server, "one", false),
                    messages(server, "two", true),
                    notifications(server, ""),
                    notifications(server, "one"),
                    notifications(server, "two"));
            for (int of = 0; of < lists.size(); of++) {
                String token = lists.get(of).page(1, "").next();
                assertFalse(token.isEmpty());
                assertTrue(token.length() <= 512);
                for (int in = 0; in < lists.size(); in++) {
                    Listing list = lists.get(in);
                    if (in == of) {
                        assertFalse(list.page(5, token).rows().isEmpty(), "another page size is no other list");
                    } else {
                        refused("PAGE_TOKEN_INVALID", () -> list.page(1, token));
                    }
                }
            }
            refused(
                    "PAGE_TOKEN_INVALID",
                    () -> server.users()
                            .listSessions(ListSessionsRequest.newBuilder()
                                    .setWorkspace("other")
                                    .setPageToken(lists.getFirst().page(1, "").next())
                                    .build()));
            for (String made : List.of(
                    "x",
                    "ä",
                    "=",
                    "....",
                    "LTE",
                    Base64.getUrlEncoder().encodeToString(bytes("0.0")),
                    Base64.getUrlEncoder().encodeToString(bytes("1.0")),
                    "A".repeat(512))) {
                refused("PAGE_TOKEN_INVALID", () -> lists.getFirst().page(1, made));
            }
            assertEquals(
                    "page_token has 513 bytes; the limit is 512, start without one",
                    refused("INVALID_FIELD", () -> lists.getFirst().page(1, "A".repeat(513)))
                            .text());
        }
    }

    /** Planted: pages by offset; found red. */
    @Test
    void whatIsAddedAndRemovedMeanwhileDisturbsNoOtherRow() throws Exception {
        try (TestServer server = TestServer.start(folder, new ScriptedModel())) {
            UserCalls calls = new UserCalls(server);
            calls.pause();
            for (int i = 1; i <= 30; i++) {
                server.session("s" + i);
                calls.submit("s1", "message " + i);
            }
            calls.cancelQueued("s1");
            List<Long> sessions = new ArrayList<>();
            List<Long> newestFirst = new ArrayList<>();
            List<Long> news = new ArrayList<>();
            Page sessionPage = new Page(List.of(), "");
            Page messagePage = sessionPage;
            Page newsPage = sessionPage;
            for (int round = 0; round < 10; round++) {
                sessionPage =
                        sessions(server, SessionState.SESSION_STATE_UNSPECIFIED).page(3, sessionPage.next());
                messagePage = messages(server, "s1", false).page(3, messagePage.next());
                newsPage = notifications(server, "").page(3, newsPage.next());
                sessions.addAll(sessionPage.rows());
                newestFirst.addAll(messagePage.rows());
                news.addAll(newsPage.rows());
                server.session("new" + round);
                String added = calls.submit("s1", "message 9" + round);
                calls.cancel(added);
                calls.delete("s" + (2 + round)); // seen or not: never in a later page
                calls.acknowledge(news.getFirst());
            }
            List<Long> expected = new ArrayList<>(numbers(1, 30));
            sessions.removeIf(number -> number > 30);
            expected.removeIf(number -> !sessions.contains(number));
            assertEquals(expected, sessions, "in order, none twice");
            assertTrue(sessions.containsAll(numbers(12, 18)), sessions.toString());
            assertEquals(numbers(1, 30).reversed(), newestFirst);
            assertEquals(numbers(1, 30).reversed(), news);
        }
    }

    /** Planted: pages bounded by their texts alone, as it was: 1,000 failures of 1 KiB each made 2.3 MiB; red. */
    @Test
    void everyPageStaysBelowTwoMebibytes() throws Exception {
        ScriptedModel model = new ScriptedModel();
        try (TestServer server = TestServer.start(folder, model)) {
            UserCalls calls = new UserCalls(server);
            server.session("one");
            String last = "";
            for (int i = 0; i < 1_000; i++) {
                last = calls.submit("one", "x".repeat(1 << 10));
            }
            for (int i = 0; i < 1_000; i++) {
                model.next().fail(ModelFailure.lasting(FailureReason.PROVIDER_REJECTED, "y".repeat(1 << 10)));
            }
            calls.awaitEnds("one", last);
            for (int i = 0; i < 9; i++) {
                server.users()
                        .createSession(CreateSessionRequest.newBuilder()
                                .setSessionId("long" + i)
                                .setName("🚀".repeat(79) + i)
                                .build());
            }
            for (int i = 0; i < 12; i++) {
                String message = calls.submit("one", "ä".repeat(128 << 10));
                model.next().text("z".repeat(300 << 10)).complete();
                calls.awaitEnds("one", message);
            }
            int seen = 0;
            int pages = 0;
            String token = "";
            do {
                ListMessagesResponse page = server.users()
                        .listMessages(ListMessagesRequest.newBuilder()
                                .setSessionId("one")
                                .setPageSize(1_000)
                                .setPageToken(token)
                                .build());
                assertTrue(page.getSerializedSize() <= MAX_RESPONSE, page.getSerializedSize() + " bytes");
                seen += page.getTurnsCount();
                token = page.getNextPageToken();
                pages++;
            } while (!token.isEmpty());
            assertEquals(1_012, seen);
            assertTrue(pages >= 3 && pages <= 6, pages + " pages");
        }
    }

    private static Listing sessions(TestServer server, SessionState state) {
        return (size, token) -> {
            ListSessionsResponse page = server.users()
                    .listSessions(ListSessionsRequest.newBuilder()
                            .setState(state)
                            .setPageSize(size)
                            .setPageToken(token)
                            .build());
            List<Long> numbers = page.getSessionsList().stream()
                    .map(Session::getNumber)
                    .map(Integer::longValue)
                    .toList();
            return new Page(numbers, page.getNextPageToken());
        };
    }

    /** The number at the end of each message's text. */
    private static Listing messages(TestServer server, String session, boolean oldestFirst) {
        return (size, token) -> {
            ListMessagesResponse page = server.users()
                    .listMessages(ListMessagesRequest.newBuilder()
                            .setSessionId(session)
                            .setOldestFirst(oldestFirst)
                            .setPageSize(size)
                            .setPageToken(token)
                            .build());
            List<Long> numbers = page.getTurnsList().stream()
                    .map(Turn::getText)
                    .map(text -> text.startsWith("message ") ? Long.parseLong(text.substring(8)) : 0)
                    .toList();
            return new Page(numbers, page.getNextPageToken());
        };
    }

    private static Listing notifications(TestServer server, String session) {
        return (size, token) -> {
            ListNotificationsResponse page = server.users()
                    .listNotifications(ListNotificationsRequest.newBuilder()
                            .setSessionId(session)
                            .setPageSize(size)
                            .setPageToken(token)
                            .build());
            List<Long> numbers = page.getNotificationsList().stream()
                    .map(Notification::getNumber)
                    .toList();
            return new Page(numbers, page.getNextPageToken());
        };
    }

    private static List<Long> walk(int size, Listing list) {
        List<Long> all = new ArrayList<>();
        String token = "";
        do {
            Page page = list.page(size, token);
            assertTrue(page.rows().size() <= size);
            assertTrue(token.isEmpty() || !page.rows().isEmpty(), "a token to nowhere");
            all.addAll(page.rows());
            token = page.next();
        } while (!token.isEmpty());
        return all;
    }

    private static List<Long> numbers(int from, int through) {
        return LongStream.rangeClosed(from, through).boxed().toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
