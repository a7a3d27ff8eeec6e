package dev.meanwhile.bench;

import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One follow stream, which takes nothing off its connection until it is told to read. */
final class Reader extends ClientCall.Listener<ResponseChunksResponse> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private final ClientCall<ResponseChunksRequest, ResponseChunksResponse> call;
    private final LogCheck log = new LogCheck();
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile @Nullable String failure;
    private volatile long committed;
    private volatile long read;
    private volatile boolean released;

    private Reader(ManagedChannel channel) {
        this.call = channel.newCall(SessionServiceGrpc.getResponseChunksMethod(), CallOptions.DEFAULT);
    }

    static Reader open(ManagedChannel channel, String workspace, String session) {
        Reader reader = new Reader(channel);
        reader.call.start(reader, new Metadata());
        reader.call.sendMessage(ResponseChunksRequest.newBuilder()
                .setWorkspace(workspace)
                .setSessionId(session)
                .setFollow(true)
                .build());
        reader.call.halfClose();
        return reader;
    }

    void read() {
        call.request(Integer.MAX_VALUE);
    }

    /** Until the server has begun to send, or the stream has ended. */
    void awaitStart() throws InterruptedException {
        started.await();
    }

    /** Until it has read what was there when the stream began. @return the newest sequence */
    long awaitCaughtUp() throws InterruptedException {
        awaitStart();
        await(committed);
        return read;
    }

    /** Until it has read so far; a failure if that does not come. */
    void await(long sequence) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (read < sequence && failure == null) {
            if (System.nanoTime() > end) {
                giveUp();
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    void giveUp() {
        fail("nothing more came");
    }

    /** Ends the stream; from here on its end is no failure. */
    void release() {
        released = true;
        call.cancel("no longer wanted", null);
    }

    /** What went wrong: it ended by itself, or its log was not what it should be. */
    @Nullable
    String failure() {
        return failure;
    }

    /** The newest sequence that was read. */
    long sequence() {
        return read;
    }

    /** Of the text that was read; to be asked for once nothing more comes. */
    long bytes() {
        return log.bytes();
    }

    @Override
    public void onMessage(ResponseChunksResponse response) {
        switch (response.getEventCase()) {
            case STARTED -> {
                committed = response.getStarted().getLastCommitted();
                started.countDown();
            }
            case ENTRIES -> response.getEntries().getEntriesList().forEach(this::check);
            case CLOSING -> fail("closing: " + response.getClosing().getReason());
            default -> {}
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (!released) {
            fail("cut: " + status);
        }
        started.countDown();
    }

    private void check(ResponseEntry entry) {
        String wrong = log.read(entry);
        if (wrong != null) {
            fail(wrong);
        }
        read = log.sequence();
    }

    private void fail(String why) {
        if (failure == null) {
            failure = why;
        }
    }
}
