package dev.meanwhile.server.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what requests hold that no handler has read yet. Flow control does not: a message's bytes count as taken as
 * they come, and a thousand halves would use up the memory of all connections. So would whole ones: grpc-java keeps the
 * message of a unary call in its buffers until the client has closed its half. Past the bound the oldest one ends.
 */
final class PartialRequests extends ServerStreamTracer.Factory {
    /** Of the call that is made here, for {@link CallGuard}, which can end it. */
    private static final Context.Key<Request> CURRENT = Context.key("partial-request");

    private final long bound;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashSet<Request> oldestFirst = new LinkedHashSet<>();
    private long bytes;

    /** @param bound bytes in all */
    PartialRequests(long bound) {
        this.bound = bound;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        return new Request();
    }

    /**
     * How the call of this context is ended; must not wait. Without effect outside of a call.
     *
     * @return to be run when a message of the call has been read
     */
    static Runnable onOverrun(Runnable end) {
        Request request = CURRENT.get();
        if (request == null) {
            return () -> {};
        }
        request.endWith(end);
        return request::messageTaken;
    }

    private void add(Request request, long more) {
        List<Request> ended = new ArrayList<>();
        lock.lock();
        try {
            oldestFirst.add(request);
            request.held += more;
            bytes += more;
            while (bytes > bound) {
                Request oldest = oldestFirst.removeFirst();
                oldest.letGo();
                ended.add(oldest);
            }
        } finally {
            lock.unlock();
        }
        ended.forEach(Request::overrun);
    }

    private void remove(Request request) {
        lock.lock();
        try {
            oldestFirst.remove(request);
            request.letGo();
        } finally {
            lock.unlock();
        }
    }

    /** One call's; told by grpc-java on the connection's thread. */
    private final class Request extends ServerStreamTracer {
        private final ReentrantLock ending = new ReentrantLock();
        private @Nullable Runnable end;
        private boolean overrun;

        /** Under the lock of all, like {@link #whole}. */
        private long held;

        /** Sizes of the messages in it that have come as a whole. */
        private final Queue<Long> whole = new ArrayDeque<>();

        private long ofWhole;

        @Override
        public Context filterContext(Context context) {
            return context.withValue(CURRENT, this);
        }

        @Override
        public void inboundWireSize(long more) {
            add(this, more);
        }

        @Override
        public void inboundMessageRead(int number, long wireSize, long size) {
            lock.lock();
            try {
                whole.add(held - ofWhole);
                ofWhole = held;
            } finally {
                lock.unlock();
            }
        }

        void messageTaken() {
            lock.lock();
            try {
                Long size = whole.poll();
                if (size != null) {
                    ofWhole -= size;
                    held -= size;
                    bytes -= size;
                }
                if (held == 0) {
                    oldestFirst.remove(this);
                }
            } finally {
                lock.unlock();
            }
        }

        void letGo() {
            bytes -= held;
            held = 0;
            ofWhole = 0;
            whole.clear();
        }

        @Override
        public void streamClosed(Status status) {
            remove(this);
        }

        void endWith(Runnable how) {
            boolean now;
            ending.lock();
            try {
                end = how;
                now = overrun;
            } finally {
                ending.unlock();
            }
            if (now) {
                how.run();
            }
        }

        void overrun() {
            Runnable how;
            ending.lock();
            try {
                overrun = true;
                how = end;
            } finally {
                ending.unlock();
            }
            if (how != null) {
                how.run();
            }
        }
    }
}
