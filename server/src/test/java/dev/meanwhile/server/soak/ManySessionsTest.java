package dev.meanwhile.server.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.soak.Findings.Kind;
import dev.meanwhile.server.soak.Tail.Cursor;
import dev.meanwhile.v1.ListSessionsRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many messages in many sessions of one workspace, from several clients, while another client keeps switching: all
 * end once, in order, with whole logs, and no head waits beside a free slot.
 *
 * <p>Seen red with: the newest message as the next head; a digest of something else; the active session read outside
 * the transaction that moves it; slots not given back; claims only every 6 s.
 */
final class ManySessionsTest {
    private static final int SUBMITTERS = 4;
    private static final int STREAMS_PER_CLIENT = 125;
    private static final int WORKERS = 8;
    private static final int OPEN_TO_LOW = 6;
    private static final long LONGEST_WAIT_MILLIS = 5_000;
    private static final int SWITCHES_A_SECOND = 10;

    /** A busy machine may hollow out one second, but no five. */
    private static final int SWITCH_WINDOW_SECONDS = 5;

    private static final int STUCK_SECONDS = 20;

    @TempDir
    Path folder;

    private final Findings findings = new Findings();
    private final Ledger ledger = new Ledger(findings);
    private final List<Client> clients = new ArrayList<>();
    private volatile boolean down;

    @Test
    @Tag("soak")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void p2p3p5p9TwentyThousandMessagesEndInOrderWhileAnotherSwitches() throws Exception {
        prove(1_000, 20_000);
    }

    private void prove(int count, int messages) throws Exception {
        List<String> sessions =
                IntStream.rangeClosed(1, count).mapToObj(i -> "s" + i).toList();
        int rounds = messages / count / SUBMITTERS;
        try (ServerProcess server = ServerProcess.start(
                folder,
                "--model.simulated.adapter=simulated",
                "--model.simulated.latency=0s",
                "--model.simulated.chunk-delay=0s",
                "--workers=" + WORKERS,
                "--reserved-for-active=" + (WORKERS - OPEN_TO_LOW))) {
            Client first = client(server);
            sessions.forEach(first::createSession);
            read(server, sessions, true);

            long began = System.nanoTime();
            ledger.watchPauses();
            Switcher switcher =
                    new Switcher(sessions, sessions.getFirst(), client(server).futures(), findings, new Random(began));
            switcher.start();
            List<Submitter> submitters = submit(server, sessions, rounds);
            long acknowledged = System.nanoTime();
            Set<String> ids = new HashSet<>();
            submitters.forEach(one -> ids.addAll(one.acknowledged().values()));
            ledger.awaitEnds(ids, STUCK_SECONDS).forEach(id -> findings.add(Kind.STUCK, id + " did not end"));
            long ended = System.nanoTime();
            switcher.stop();
            switcher.judge(active(first));
            long least = switcher.least(SWITCH_WINDOW_SECONDS, began, ended) / SWITCH_WINDOW_SECONDS;
            System.out.printf(
                    "%d messages in %d sessions: acknowledged in %d ms, ended in %d ms (%d/s)%n"
                            + "  %d switches meanwhile, at least %d a second in any %d s (%d in any one)%n",
                    ids.size(),
                    count,
                    (acknowledged - began) / 1_000_000,
                    (ended - began) / 1_000_000,
                    ids.size() * 1_000_000_000L / (ended - began),
                    switcher.switches(),
                    least,
                    SWITCH_WINDOW_SECONDS,
                    switcher.least(1, began, ended));
            assertEquals(messages, ids.size(), "messages acknowledged");
            assertTrue(least >= SWITCHES_A_SECOND, "switches a second: " + least);
            read(server, sessions, false);
            Map<String, List<Message>> lists = new HashMap<>();
            sessions.forEach(session -> lists.put(session, first.messages(session)));
            down = true;
            clients.forEach(Client::close);
            assertEquals(0, server.stop(), "exit code after SIGTERM");
            judge(sessions, submitters, rounds, lists);
        } finally {
            clients.forEach(Client::close);
        }
    }

    private static String active(Client client) {
        return client
                .users()
                .listSessions(
                        ListSessionsRequest.newBuilder().setPageSize(1_000).build())
                .getSessionsList()
                .stream()
                .filter(Session::getActive)
                .map(Session::getSessionId)
                .findFirst()
                .orElse("");
    }

    private Client client(ServerProcess server) {
        Client client = new Client(server.port());
        clients.add(client);
        return client;
    }

    /** One reader a session; those who don't follow read all from the beginning and come to an end. */
    private void read(ServerProcess server, List<String> sessions, boolean follow) throws Exception {
        List<Tail> tails = new ArrayList<>();
        for (int i = 0; i < sessions.size(); i++) {
            Client client = i % STREAMS_PER_CLIENT == 0 ? client(server) : clients.getLast();
            Cursor kind = follow ? Cursor.ENTRY : Cursor.CLOSING;
            tails.add(new Tail(sessions.get(i), "", kind, ledger, findings, () -> down, null).open(client.streams()));
        }
        if (!follow) {
            CompletableFuture.allOf(tails.stream().map(Tail::stream).toArray(CompletableFuture[]::new))
                    .get(60, TimeUnit.SECONDS);
            tails.forEach(Tail::judge);
        }
    }

    private List<Submitter> submit(ServerProcess server, List<String> sessions, int rounds) throws Exception {
        List<Submitter> submitters = new ArrayList<>();
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int i = 1; i <= SUBMITTERS; i++) {
            Submitter submitter = new Submitter("client" + i, client(server).futures(), findings);
            Random random = new Random(i);
            CompletableFuture<Void> end = new CompletableFuture<>();
            Thread.ofPlatform().daemon().name("client" + i).start(() -> {
                try {
                    submitter.submit(sessions, rounds, random);
                    end.complete(null);
                } catch (InterruptedException | RuntimeException e) {
                    end.completeExceptionally(e);
                }
            });
            submitters.add(submitter);
            done.add(end);
        }
        CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).get(240, TimeUnit.SECONDS);
        return submitters;
    }

    private void judge(List<String> sessions, List<Submitter> submitters, int rounds, Map<String, List<Message>> lists)
            throws Exception {
        Map<String, String> texts = new HashMap<>();
        submitters.forEach(one -> texts.putAll(one.texts()));
        int listed = 0;
        for (String session : sessions) {
            List<Message> list = lists.getOrDefault(session, List.of());
            listed += list.size();
            LogJudge.judge(session, ledger.entries(session), list, texts, findings);
            judgeOrder(session, submitters, rounds, list);
        }
        assertEquals(texts.size(), listed, "messages listed");
        ServerProcess.errors(folder).forEach(line -> findings.add(Kind.FAILED, line));
        long longest;
        try (ClosedStore file = new ClosedStore(ServerProcess.database(folder))) {
            file.compare(ledger, sessions, listed, findings);
            HeadWaits waits = file.waits();
            longest = waits.longestMillis(WORKERS, OPEN_TO_LOW, System.currentTimeMillis());
            if (waits.heads() != listed) {
                findings.add(Kind.STUCK, "only " + waits.heads() + " messages ever became head");
            }
        }
        if (longest >= LONGEST_WAIT_MILLIS) {
            findings.add(Kind.WAITED, "a head waited " + longest + " ms beside a free slot");
        }
        if (ledger.longestPauseMillis() >= LONGEST_WAIT_MILLIS) {
            findings.add(Kind.WAITED, "nothing ended for " + ledger.longestPauseMillis() + " ms");
        }
        System.out.printf(
                "  %d entries read live, %d again; a head waited at most %d ms beside a free slot; longest time without"
                        + " an end %d ms%n",
                ledger.size(), ledger.reread(), longest, ledger.longestPauseMillis());
        findings.assertNone();
    }

    /** Each client's own messages stand in the session in the order it submitted them. */
    private void judgeOrder(String session, List<Submitter> submitters, int rounds, List<Message> list) {
        List<String> ids = list.stream().map(Message::getRequestId).toList();
        for (Submitter submitter : submitters) {
            int before = -1;
            for (int round = 1; round <= rounds; round++) {
                int at = ids.indexOf(submitter.requestId(session, round));
                if (at <= before) {
                    findings.add(Kind.ORDER, submitter.requestId(session, round) + " stands at " + at);
                }
                before = at;
            }
        }
    }
}
