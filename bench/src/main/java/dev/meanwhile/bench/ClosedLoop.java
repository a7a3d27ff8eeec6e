package dev.meanwhile.bench;

import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceStub;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** SubmitMessage with a fixed number of calls in flight: each answer sends the next call. */
final class ClosedLoop {
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);
    private final Workload workload;
    private final List<SessionServiceStub> stubs;
    private final AtomicInteger session = new AtomicInteger();
    private final Failures failures = new Failures();
    private final Histogram latencies = new ConcurrentHistogram(LONGEST_NANOS, 3);
    private final CountDownLatch idle;
    private volatile boolean stopped;

    private ClosedLoop(Workload workload, List<ManagedChannel> channels, int inFlight) {
        this.workload = workload;
        this.stubs = channels.stream().map(SessionServiceGrpc::newStub).toList();
        this.idle = new CountDownLatch(inFlight);
    }

    /** What was measured: answers in the time, and how long each took. */
    record Result(double perSecond, double medianMicros) {}

    static Result run(Workload workload, List<ManagedChannel> channels, int inFlight, Duration time)
            throws InterruptedException {
        ClosedLoop loop = new ClosedLoop(workload, channels, inFlight);
        long start = System.nanoTime();
        for (int i = 0; i < inFlight; i++) {
            loop.next(loop.stubs.get(i % channels.size()));
        }
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        long answers = loop.latencies.getTotalCount();
        long nanos = System.nanoTime() - start;
        loop.stopped = true;
        if (!loop.idle.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("calls are still open after 30 s");
        }
        loop.failures.check();
        return new Result(answers * 1e9 / nanos, loop.latencies.getValueAtPercentile(50) / 1e3);
    }

    private void next(SessionServiceStub stub) {
        if (stopped) {
            idle.countDown();
            return;
        }
        var request = workload.next(Math.floorMod(session.getAndIncrement(), Workload.SESSIONS));
        long sent = System.nanoTime();
        stub.submitMessage(request, new StreamObserver<>() {
            @Override
            public void onNext(SubmitMessageResponse response) {
                latencies.recordValue(Math.min(System.nanoTime() - sent, LONGEST_NANOS));
            }

            @Override
            public void onError(Throwable thrown) {
                failures.add(thrown);
                idle.countDown();
            }

            @Override
            public void onCompleted() {
                next(stub);
            }
        });
    }
}
