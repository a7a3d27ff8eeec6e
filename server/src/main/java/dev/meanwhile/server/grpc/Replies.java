package dev.meanwhile.server.grpc;

import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.telemetry.ServiceLog;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers a unary call with what the work gives, or with the error it ends in. */
final class Replies {
    private Replies() {}

    static <T> void reply(StreamObserver<T> observer, Supplier<T> work) {
        T answer;
        try {
            answer = work.get();
        } catch (RuntimeException e) {
            observer.onError(error(e));
            return;
        }
        observer.onNext(answer);
        observer.onCompleted();
    }

    /** Answers when the work is done, on the thread that ends it. */
    static <T, A> void replyLater(
            StreamObserver<A> observer, Supplier<CompletableFuture<T>> work, Function<T, A> answer) {
        CompletableFuture<T> begun;
        try {
            begun = work.get();
        } catch (RuntimeException e) {
            observer.onError(error(e));
            return;
        }
        begun.whenComplete((value, failure) -> {
            if (failure == null) {
                reply(observer, () -> answer.apply(value));
            } else {
                observer.onError(error(
                        failure instanceof CompletionException && failure.getCause() instanceof RuntimeException cause
                                ? cause
                                : new IllegalStateException(failure)));
            }
        });
    }

    static StatusRuntimeException error(RuntimeException e) {
        if (e instanceof Refusal refusal) {
            return GrpcErrors.of(refusal);
        }
        String errorId = Long.toHexString(ThreadLocalRandom.current().nextLong());
        ServiceLog.unexpected("a call (error_id " + errorId + ")", e);
        return GrpcErrors.of(Refusal.internal(errorId));
    }
}
