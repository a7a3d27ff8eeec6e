package dev.meanwhile.client;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One server stream, read message by message; what is not read yet is bounded by the window. */
final class ServerStream<Q, T> implements AutoCloseable {
    /** Stream messages are at most 16 KiB, so a reader that is behind holds 256 KiB. */
    private static final int WINDOW = 16;

    private final BlockingQueue<Event<T>> events = new LinkedBlockingQueue<>();
    private final Arrivals arrivals = new Arrivals();

    /** Opens it; {@code start} is the stub's method with its request. */
    ServerStream(Consumer<StreamObserver<T>> start) {
        start.accept(arrivals);
    }

    /**
     * The next message; null if the stream ended with OK.
     *
     * @throws RpcError if it ended otherwise, or nothing came for so long
     */
    @Nullable
    T next(Duration longestSilence) throws InterruptedException {
        Event<T> event = events.poll(longestSilence.toNanos(), TimeUnit.NANOSECONDS);
        return switch (event) {
            case null -> throw RpcError.cut("no sign of life for " + longestSilence.toMillis() + " ms");
            case Arrived<T>(T message) -> {
                arrivals.requestOne();
                yield message;
            }
            case Failed<T>(Throwable failure) -> throw RpcError.of(failure);
            case Finished<T>() -> null;
        };
    }

    /** Ends the call; one that has ended stays as it is. */
    @Override
    public void close() {
        arrivals.cancel();
    }

    private sealed interface Event<T> {}

    private record Arrived<T>(T message) implements Event<T> {}

    private record Failed<T>(Throwable failure) implements Event<T> {}

    private record Finished<T>() implements Event<T> {}

    /** Runs on gRPC's threads, so it only hands over. */
    private final class Arrivals implements ClientResponseObserver<Q, T> {
        private @Nullable ClientCallStreamObserver<Q> call;

        @Override
        public void beforeStart(ClientCallStreamObserver<Q> call) {
            this.call = call;
            call.disableAutoRequestWithInitial(WINDOW);
        }

        @Override
        public void onNext(T message) {
            events.add(new Arrived<>(message));
        }

        @Override
        public void onError(Throwable failure) {
            events.add(new Failed<>(failure));
        }

        @Override
        public void onCompleted() {
            events.add(new Finished<>());
        }

        private void requestOne() {
            if (call != null) {
                call.request(1);
            }
        }

        private void cancel() {
            if (call != null) {
                call.cancel("not read any more", null);
            }
        }
    }
}
