package dev.meanwhile.bench;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** 10,000 follow streams on 40 connections that take nothing until they are told to. */
final class Followers {
    static final int CONNECTIONS = 40;
    static final int A_CONNECTION = 250;

    /**
     * What each stream takes unread. It is little, since all of it lies here; so the server stalls early, with a whole
     * message of each stream in hand. (grpc-java's clients refill the connection's window themselves.)
     */
    private static final int WINDOW = 16 << 10;

    private static final int READ_AT_ONCE = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Less than that, and the server has nothing more to do for them: of one core. */
    private static final double CALM = 0.1;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<List<Reader>> connections = new ArrayList<>();

    /** Opens them, and waits until the server has them all and does no more for them. */
    static Followers open(ServerProcess server, Metrics metrics, BigLogs logs)
            throws IOException, InterruptedException {
        Followers followers = new Followers();
        for (int i = 0; i < CONNECTIONS; i++) {
            ManagedChannel channel = server.channel(WINDOW);
            List<Reader> readers = new ArrayList<>();
            for (int stream = 0; stream < A_CONNECTION; stream++) {
                readers.add(Reader.open(channel, BigLogs.WORKSPACE, logs.id(stream)));
            }
            followers.channels.add(channel);
            followers.connections.add(readers);
        }
        long start = System.nanoTime();
        while (metrics.openStreams() < CONNECTIONS * A_CONNECTION
                && followers.failures().isEmpty()) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IllegalStateException("only " + metrics.openStreams() + " streams were opened");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        settle(server);
        return followers;
    }

    /** Waits until the server does next to nothing. */
    static void settle(ServerProcess server) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int calm = 0;
        while (calm < 3 && System.nanoTime() < end) {
            long before = server.cpu().toNanos();
            TimeUnit.SECONDS.sleep(1);
            calm = server.cpu().toNanos() - before < CALM * TimeUnit.SECONDS.toNanos(1) ? calm + 1 : 0;
        }
    }

    /** Lets all of some connections read on to the logs' ends. @return how many bytes of text they got */
    long read(int howMany, long lastSequence) throws InterruptedException {
        for (int from = 0; from < howMany; from += READ_AT_ONCE) {
            List<Reader> group = connections.subList(from, Math.min(from + READ_AT_ONCE, howMany)).stream()
                    .flatMap(List::stream)
                    .toList();
            group.forEach(Reader::read);
            await(group, lastSequence);
        }
        return connections.stream()
                .limit(howMany)
                .flatMap(List::stream)
                .mapToLong(Reader::bytes)
                .sum();
    }

    private static void await(List<Reader> group, long lastSequence) throws InterruptedException {
        long progress = -1;
        long since = System.nanoTime();
        while (System.nanoTime() - since < PATIENCE.toNanos()) {
            if (group.stream().allMatch(reader -> reader.sequence() >= lastSequence || reader.failure() != null)) {
                return;
            }
            long now = group.stream().mapToLong(Reader::sequence).sum();
            if (now != progress) {
                progress = now;
                since = System.nanoTime();
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        group.stream().filter(reader -> reader.sequence() < lastSequence).forEach(Reader::giveUp);
    }

    /** What went wrong, and how often. */
    Map<String, Integer> failures() {
        Map<String, Integer> counts = new TreeMap<>();
        for (List<Reader> readers : connections) {
            for (Reader reader : readers) {
                String failure = reader.failure();
                if (failure != null) {
                    counts.merge(failure, 1, Integer::sum);
                }
            }
        }
        return counts;
    }

    /** Ends the streams, and waits until the server has seen it. */
    void close(ServerProcess server, Metrics metrics) throws IOException, InterruptedException {
        connections.forEach(readers -> readers.forEach(Reader::release));
        while (metrics.openStreams() > 0) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        channels.forEach(ManagedChannel::shutdownNow);
        settle(server);
    }
}
