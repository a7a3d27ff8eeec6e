package dev.meanwhile.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Knows which calls of the contract are still open, so that a server that stops can wait for them before it shuts its
 * port: grpc-java's own wait begins with that. A call is open until its end has been written to the connection.
 */
final class OpenCalls extends ServerStreamTracer.Factory {
    /** Health and reflection have no end to wait for: a watch of health goes on as long as its client. */
    private static final String OURS = "meanwhile.";

    private static final ServerStreamTracer NOT_COUNTED = new ServerStreamTracer() {};

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private int open;
    private volatile boolean draining;

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        if (draining || !fullMethodName.startsWith(OURS)) {
            return NOT_COUNTED;
        }
        add(1);
        return new ServerStreamTracer() {
            @Override
            public void streamClosed(Status status) {
                add(-1);
            }
        };
    }

    /** Calls from now on are refused, so nobody waits for them. */
    void drain() {
        draining = true;
    }

    /** Waits until all have ended, at most that long. */
    void await(Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (open > 0 && left > 0) {
                left = ended.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void add(int change) {
        lock.lock();
        try {
            open += change;
            if (open == 0) {
                ended.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
