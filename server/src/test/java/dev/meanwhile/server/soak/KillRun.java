package dev.meanwhile.server.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.meanwhile.server.soak.Findings.Kind;
import dev.meanwhile.server.soak.Ledger.Place;
import dev.meanwhile.v1.CloseSessionRequest;
import dev.meanwhile.v1.GetMessageRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Kills a server under load and starts it again on the same folder, as often as asked, and judges what is left; also
 * what is left when power is cut at that moment.
 */
final class KillRun implements AutoCloseable {
    /** Acknowledgements in the last second, for a round to count. */
    private static final int ENOUGH = 100;

    /** Answers that run as far as readers know, so that one of them is cut indeed. */
    private static final int ENOUGH_ANSWERS = 3;

    private static final int MOST_DELAY_MILLIS = 700;
    private static final int MOST_START_MILLIS = 2_000;
    private static final int TRIES = 100;
    private static final int REPEATED_PER_ROUND = 20;
    private static final int ASKED_PER_ROUND = 50;
    private static final int PATIENCE_SECONDS = 60;
    private static final int STUCK_SECONDS = 20;

    private final Path folder;
    private final KillSize size;
    private final List<String> sessions;
    private final Random random;
    private final Findings findings = new Findings();
    private final Ledger ledger = new Ledger(findings);
    private final KillFigures figures = new KillFigures();
    private final Load load;
    private final Readers readers;
    private final @Nullable PowerCut power;
    private volatile boolean down;
    private @Nullable ServerProcess server;
    private @Nullable Client submits;
    private @Nullable Client reads;

    /** What was known at a kill. */
    private record Kill(Instant time, long perSecond, List<Place> unended, List<String> messages) {}

    /** @param power null = the machine stays on */
    KillRun(Path folder, KillSize size, long seed, @Nullable PowerCut power) {
        this.folder = folder;
        this.size = size;
        this.sessions =
                IntStream.rangeClosed(1, size.sessions()).mapToObj(i -> "s" + i).toList();
        this.random = new Random(seed);
        this.load = new Load(this.sessions, size.perSecond(), findings, () -> down, new Random(seed + 1));
        this.power = power;
        this.readers = new Readers(this.sessions, ledger, findings, () -> down);
    }

    /** Runs until enough rounds counted; fails on anything against the promises. */
    KillFigures run() throws Exception {
        long began = System.nanoTime();
        start();
        sessions.forEach(reads()::createSession);
        readers.open(reads().streams());
        while (figures.rounds < size.rounds() && figures.kills < 2 * size.rounds() + 2) {
            Kill kill = killUnderLoad();
            figures.kills++;
            start();
            repeat();
            readers.open(reads().streams()).forEach((kind, count) -> figures.resumed.merge(kind, count, Integer::sum));
            readers.readAgain(reads().streams(), false);
            judgeRound(kill);
            if (figures.kills % 10 == 0) {
                System.out.printf("%d kills, %d rounds, %d s%n", figures.kills, figures.rounds, secondsSince(began));
            }
        }
        finish();
        figures.seconds = secondsSince(began);
        System.out.println(figures.text(findings));
        findings.assertNone();
        assertEquals(size.rounds(), figures.rounds, "rounds that count, of " + figures.kills + " kills");
        return figures;
    }

    private static long secondsSince(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - nanos);
    }

    private void start() throws IOException, InterruptedException {
        if (power != null) { // a start moves the log into the database, and begins it anew
            ServerProcess.startAndKill(folder, power.starts(), random.nextInt(MOST_START_MILLIS), size.flags());
            power.cut();
        }
        down = false;
        server = ServerProcess.start(folder, power == null ? Map.of() : power.starts(), size.flags());
        submits = new Client(server.port());
        reads = new Client(server.port());
    }

    private Kill killUnderLoad() throws Exception {
        Client client = reads();
        CompletableFuture<Void> ready = new CompletableFuture<>();
        load.start(Objects.requireNonNull(submits).futures(), response -> {
            readers.follow(response.getMessage(), client.streams());
            if (!ready.isDone() && worthKilling()) {
                ready.complete(null);
            }
        });
        try {
            ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            findings.add(Kind.FAILED, "the load never came up: " + load.inSecondBefore(System.nanoTime()) + "/s");
        }
        delay(MOST_DELAY_MILLIS);
        for (int i = 0; i < TRIES && !worthKilling(); i++) {
            delay(MOST_DELAY_MILLIS / 7); // the load has just slackened: not at a moment of ours, but at a later one
        }
        down = true;
        long nanos = System.nanoTime();
        Objects.requireNonNull(server).kill();
        if (power != null) {
            power.cut();
        }
        Instant time = Instant.now();
        closeClients();
        load.stop();
        readers.awaitEnds();
        return new Kill(
                time,
                load.inSecondBefore(nanos),
                ledger.unendedAnswers(),
                List.copyOf(load.acknowledged().values()));
    }

    /** Until a moment that has nothing to do with what the server does. */
    private void delay(int mostMillis) throws Exception {
        new CompletableFuture<Void>()
                .completeOnTimeout(null, random.nextInt(mostMillis), TimeUnit.MILLISECONDS)
                .get();
    }

    /** With more unended messages than workers some are queued. */
    private boolean worthKilling() {
        return load.inSecondBefore(System.nanoTime()) >= ENOUGH * 5 / 4
                && load.acknowledgedCount() - ledger.endedCount() > size.workers()
                && ledger.unendedAnswers().size() >= ENOUGH_ANSWERS
                && readers.hadEveryCursor();
    }

    /** Sends again what nobody knows the effect of, and some of what is known: neither may make a second message. */
    private void repeat() {
        Map<String, String> known = load.acknowledged();
        for (SubmitMessageRequest request : load.takeUnknown()) {
            SubmitMessageResponse response = reads().users().submitMessage(request);
            load.acknowledge(request.getRequestId(), response.getMessage().getMessageId());
            figures.unknown++;
            figures.unknownButStored += response.getDuplicate() ? 1 : 0;
        }
        List<String> ids = List.copyOf(known.keySet());
        for (int i = 0; i < REPEATED_PER_ROUND; i++) {
            String id = ids.get(ids.size() - 1 - random.nextInt(Math.min(ids.size(), 500)));
            SubmitMessageResponse response = reads().users().submitMessage(load.request(id));
            figures.repeated++;
            if (!response.getDuplicate()) {
                findings.add(Kind.LOST, id + " was acknowledged and is not known any more");
            } else if (!response.getMessage().getMessageId().equals(known.get(id))) {
                findings.add(Kind.DOUBLED, id + " was " + known.get(id) + " and is " + response.getMessage());
            }
        }
    }

    /** Whether the round counts; what was cut and what waited is known only afterwards. */
    private void judgeRound(Kill kill) {
        int cut = (int) kill.unended().stream().filter(ledger::resetAfter).count();
        int newest = kill.messages().size();
        boolean anyQueued = kill.messages().subList(Math.max(0, newest - ASKED_PER_ROUND), newest).stream()
                .map(this::message)
                .anyMatch(message -> message.getState() != MessageState.MESSAGE_STATE_CANCELLED
                        && (!message.hasStartTime() || instant(message).isAfter(kill.time())));
        if (kill.perSecond() >= ENOUGH && cut > 0 && anyQueued) {
            figures.count(kill.perSecond(), cut);
        } else {
            System.out.printf(
                    "a kill that does not count: %d/s, %d of %d answers cut, queued: %b%n",
                    kill.perSecond(), cut, kill.unended().size(), anyQueued);
        }
    }

    private Message message(String id) {
        return reads().users()
                .getMessage(GetMessageRequest.newBuilder().setMessageId(id).build())
                .getTurn()
                .getMessage();
    }

    private static Instant instant(Message message) {
        return Instant.ofEpochSecond(
                message.getStartTime().getSeconds(), message.getStartTime().getNanos());
    }

    /** Everything must end now; then all is read once more, by streams and from the closed file. */
    private void finish() throws Exception {
        Map<String, String> acknowledged = load.acknowledged();
        figures.acknowledged = acknowledged.size();
        Set<String> stuck = ledger.awaitEnds(acknowledged.values(), STUCK_SECONDS);
        if (!stuck.isEmpty()) {
            stuck.forEach(id -> findings.add(Kind.STUCK, id + " did not end"));
            findings.assertNone(); // readers would wait for it in vain
        }
        for (String session : sessions) {
            reads().users()
                    .closeSession(CloseSessionRequest.newBuilder()
                            .setSessionId(session)
                            .build());
        }
        readers.finish();
        readers.readAgain(reads().streams(), true);
        KillJudge judge = new KillJudge(sessions, reads()::messages, findings);
        figures.entries = ledger.size();
        figures.rereadEntries = ledger.reread();

        down = true;
        closeClients();
        assertEquals(0, Objects.requireNonNull(server).stop(), "exit code after SIGTERM");
        ServerProcess.errors(folder).forEach(line -> findings.add(Kind.FAILED, line));
        judge.acknowledged(acknowledged);
        judge.ends(load.answeredEnds());
        judge.logs(ledger, load.texts(), ServerProcess.database(folder));
    }

    private void closeClients() {
        Objects.requireNonNull(submits).close();
        reads().close();
    }

    private Client reads() {
        return Objects.requireNonNull(reads);
    }

    @Override
    public void close() throws InterruptedException {
        load.close();
        if (server != null) {
            server.close();
        }
    }
}
