package dev.meanwhile.bench;

import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceStub;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** One follow stream a session, and at most one unended message in each: its end, read live, sends the next. */
final class Conversations {
    /** A connection takes 256 calls at once; the last one is for the submits. */
    private static final int STREAM_CHANNELS = 5;

    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);
    private final Workload workload;
    private final List<Conversation> all = new ArrayList<>();
    private final Failures failures = new Failures();
    private final LongAdder ended = new LongAdder();
    private final LongAdder streamMessages = new LongAdder();
    private final Semaphore open = new Semaphore(0);
    private volatile Histogram firstTexts = new ConcurrentHistogram(LONGEST_NANOS, 3);
    private volatile boolean endless;

    private Conversations(Workload workload) {
        this.workload = workload;
    }

    /** @param appends stream messages that brought entries, a message */
    record Rate(double perSecond, double appends) {}

    /** Opens the streams and waits until each has begun. */
    static Conversations open(Workload workload, ServerProcess server) throws InterruptedException {
        Conversations conversations = new Conversations(workload);
        List<ManagedChannel> channels = server.channels(STREAM_CHANNELS);
        SessionServiceStub submits = SessionServiceGrpc.newStub(server.channel());
        for (int i = 0; i < Workload.SESSIONS; i++) {
            Conversation conversation = conversations.new Conversation(i, submits);
            conversations.all.add(conversation);
            SessionServiceGrpc.newStub(channels.get(i % STREAM_CHANNELS))
                    .responseChunks(
                            ResponseChunksRequest.newBuilder()
                                    .setWorkspace(Workload.workspace(i))
                                    .setSessionId(Workload.id(i))
                                    .setFollow(true)
                                    .build(),
                            conversation);
        }
        conversations.await();
        return conversations;
    }

    /** All sessions at once, as fast as it goes; ends when the last answer has. */
    Rate run(Duration time) throws InterruptedException {
        endless = true;
        all.forEach(Conversation::submit);
        long start = System.nanoTime();
        long before = ended.sum();
        long appendsBefore = streamMessages.sum();
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        long messages = ended.sum() - before;
        double seconds = (System.nanoTime() - start) / 1e9;
        long appends = streamMessages.sum() - appendsBefore;
        endless = false;
        await();
        return new Rate(messages / seconds, (double) appends / messages);
    }

    /** Messages at a fixed rate, each to another session; the median time to the first text, in microseconds. */
    double firstText(int perSecond, Duration time) throws InterruptedException {
        firstTexts = new ConcurrentHistogram(LONGEST_NANOS, 3);
        long messages = Math.min(Workload.SESSIONS, perSecond * time.toMillis() / 1_000);
        long start = System.nanoTime();
        for (int i = 0; i < messages; i++) {
            TimeUnit.NANOSECONDS.sleep(start + i * TimeUnit.SECONDS.toNanos(1) / perSecond - System.nanoTime());
            // Every tenth one goes to an active session.
            all.get(i % 10 * Workload.WORKSPACES + i / 10).submit();
        }
        open.acquire((int) messages);
        failures.check();
        return firstTexts.getValueAtPercentile(50) / 1e3;
    }

    private void await() throws InterruptedException {
        if (!open.tryAcquire(Workload.SESSIONS, 60, TimeUnit.SECONDS)) {
            failures.check();
            throw new IllegalStateException("messages have not ended after 60 s");
        }
        failures.check();
    }

    /** One session's. Its stream is read by one thread at a time. */
    private final class Conversation implements StreamObserver<ResponseChunksResponse> {
        private final int session;
        private final SessionServiceStub submits;
        private volatile long submitted;
        private int texts;

        Conversation(int session, SessionServiceStub submits) {
            this.session = session;
            this.submits = submits;
        }

        void submit() {
            var request = workload.next(session);
            submitted = System.nanoTime();
            submits.submitMessage(request, new StreamObserver<>() {
                @Override
                public void onNext(SubmitMessageResponse response) {}

                @Override
                public void onError(Throwable thrown) {
                    failures.add(thrown);
                }

                @Override
                public void onCompleted() {}
            });
        }

        @Override
        public void onNext(ResponseChunksResponse response) {
            switch (response.getEventCase()) {
                case STARTED -> open.release();
                case ENTRIES -> {
                    streamMessages.increment();
                    response.getEntries().getEntriesList().forEach(this::read);
                }
                default -> {}
            }
        }

        private void read(ResponseEntry entry) {
            switch (entry.getKindCase()) {
                case STARTED -> texts = 0;
                case TEXT -> {
                    if (texts++ == 0) {
                        firstTexts.recordValue(Math.min(System.nanoTime() - submitted, LONGEST_NANOS));
                    }
                }
                case COMPLETED -> {
                    if (texts != Workload.CHUNKS) {
                        failures.add(new IllegalStateException("an answer of " + texts + " chunks"));
                    }
                    ended.increment();
                    if (endless) {
                        submit();
                    } else {
                        open.release();
                    }
                }
                default -> failures.add(new IllegalStateException("an entry of kind " + entry.getKindCase()));
            }
        }

        @Override
        public void onError(Throwable thrown) {
            failures.add(thrown);
        }

        @Override
        public void onCompleted() {
            failures.add(new IllegalStateException("a stream ended"));
        }
    }
}
