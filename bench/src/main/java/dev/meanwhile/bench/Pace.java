package dev.meanwhile.bench;

import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceStub;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** SubmitMessage from a fresh client at a fixed pace, however long the answers take. */
final class Pace {
    private static final int PER_SECOND = 50;
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    private Pace() {}

    /** In milliseconds. */
    record Latency(double median, double p99, double max) {}

    static Latency run(ServerProcess server, Workload workload, Duration time) throws InterruptedException {
        SessionServiceStub stub = SessionServiceGrpc.newStub(server.channel());
        Failures failures = new Failures();
        Histogram latencies = new ConcurrentHistogram(LONGEST_NANOS, 3);
        Semaphore ended = new Semaphore(0);
        int messages = (int) (PER_SECOND * time.toSeconds());
        long start = System.nanoTime();
        for (int i = 0; i < messages; i++) {
            TimeUnit.NANOSECONDS.sleep(start + i * TimeUnit.SECONDS.toNanos(1) / PER_SECOND - System.nanoTime());
            long sent = System.nanoTime();
            stub.submitMessage(workload.next(i % Workload.SESSIONS), new StreamObserver<SubmitMessageResponse>() {
                @Override
                public void onNext(SubmitMessageResponse response) {
                    latencies.recordValue(Math.min(System.nanoTime() - sent, LONGEST_NANOS));
                }

                @Override
                public void onError(Throwable thrown) {
                    failures.add(thrown);
                    ended.release();
                }

                @Override
                public void onCompleted() {
                    ended.release();
                }
            });
        }
        ended.acquire(messages);
        failures.check();
        return new Latency(millis(latencies, 50), millis(latencies, 99), millis(latencies, 100));
    }

    private static double millis(Histogram latencies, double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }
}
