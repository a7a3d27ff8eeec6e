package dev.meanwhile.bench;

import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;

/** Streams opened and cancelled on a connection on which others follow. */
final class Resets {
    private static final int FOLLOWERS = 100;
    private static final int CANCELLED = 1_000;
    private static final int AT_ONCE = 100;

    /** Start, chunks, end. */
    private static final int ENTRIES = Workload.CHUNKS + 2;

    private Resets() {}

    /** @param cut how many of the followers were cut or miss something of the answer given after it all */
    record Result(long cut, double seconds) {}

    static Result run(ServerProcess server, Workload workload) throws InterruptedException {
        ManagedChannel channel = server.channel();
        List<Reader> followers = new ArrayList<>();
        long[] before = new long[FOLLOWERS];
        for (int i = 0; i < FOLLOWERS; i++) {
            Reader follower = Reader.open(channel, Workload.workspace(i), Workload.id(i));
            follower.read();
            before[i] = follower.awaitCaughtUp();
            followers.add(follower);
        }
        long start = System.nanoTime();
        for (int wave = 0; wave < CANCELLED / AT_ONCE; wave++) {
            List<Reader> opened = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                Reader reader = Reader.open(channel, Workload.workspace(i), Workload.id(i));
                reader.read();
                opened.add(reader);
            }
            for (Reader reader : opened) {
                reader.awaitStart();
            }
            opened.forEach(Reader::release);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        var submits = SessionServiceGrpc.newBlockingStub(server.channel());
        for (int i = 0; i < FOLLOWERS; i++) {
            submits.submitMessage(workload.next(i));
        }
        for (int i = 0; i < FOLLOWERS; i++) {
            followers.get(i).await(before[i] + ENTRIES);
        }
        long cut = followers.stream().filter(reader -> reader.failure() != null).count();
        channel.shutdownNow();
        return new Result(cut, seconds);
    }
}
