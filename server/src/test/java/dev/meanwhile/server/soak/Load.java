package dev.meanwhile.server.soak;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.meanwhile.server.soak.Findings.Kind;
import dev.meanwhile.v1.CancelMessageRequest;
import dev.meanwhile.v1.CancelMessageResponse;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceFutureStub;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Submits at a steady pace with request ids, cancels one message in twenty, and remembers what the server has
 * acknowledged and which calls ended without anybody knowing what they did.
 */
final class Load implements AutoCloseable {
    private static final int CANCEL_EVERY = 20;

    private final List<String> sessions;
    private final long paceMicros;
    private final Findings findings;
    private final BooleanSupplier serverDown;
    private final Random random;
    private final ScheduledExecutorService pacer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("load").factory());
    private final Phaser underWay = new Phaser(1);
    private final Map<String, SubmitMessageRequest> requests = new HashMap<>();
    private final Map<String, String> acknowledged = new LinkedHashMap<>();
    private final Map<String, SubmitMessageRequest> unknown = new LinkedHashMap<>();
    private final Map<String, MessageState> ends = new HashMap<>();
    private final Deque<Long> times = new ArrayDeque<>();
    private @Nullable ScheduledFuture<?> pace;
    private int count;

    Load(List<String> sessions, int perSecond, Findings findings, BooleanSupplier serverDown, Random random) {
        this.sessions = sessions;
        this.paceMicros = TimeUnit.SECONDS.toMicros(1) / perSecond;
        this.findings = findings;
        this.serverDown = serverDown;
        this.random = random;
    }

    /** @param onAcknowledged told of each message right after its acknowledgement */
    void start(SessionServiceFutureStub stub, Consumer<SubmitMessageResponse> onAcknowledged) {
        pace = pacer.scheduleAtFixedRate(() -> submit(stub, onAcknowledged), 0, paceMicros, TimeUnit.MICROSECONDS);
    }

    /** Ends the pace, and waits until every call has come back. */
    void stop() throws InterruptedException, ExecutionException {
        if (pace != null) {
            pace.cancel(false);
        }
        pacer.submit(() -> {}).get(); // one that ran just then has made its call
        underWay.arriveAndAwaitAdvance();
    }

    @Override
    public void close() {
        pacer.shutdownNow();
    }

    synchronized SubmitMessageRequest request(String id) {
        return Objects.requireNonNull(requests.get(id));
    }

    /** The texts that were submitted, by request id. */
    synchronized Map<String, String> texts() {
        Map<String, String> texts = new HashMap<>();
        requests.forEach((id, request) -> texts.put(id, request.getText()));
        return texts;
    }

    /** Message ids by request id, in the order of their acknowledgement. */
    synchronized Map<String, String> acknowledged() {
        return new LinkedHashMap<>(acknowledged);
    }

    synchronized int acknowledgedCount() {
        return acknowledged.size();
    }

    /** Takes the calls that nobody knows the effect of. */
    synchronized List<SubmitMessageRequest> takeUnknown() {
        List<SubmitMessageRequest> taken = new ArrayList<>(unknown.values());
        unknown.clear();
        return taken;
    }

    /** Terminal states as CancelMessage answered them, by message id. */
    synchronized Map<String, MessageState> answeredEnds() {
        return Map.copyOf(ends);
    }

    /** Acknowledgements within the second before that moment. */
    synchronized long inSecondBefore(long nanos) {
        return times.stream()
                .filter(time -> time <= nanos && nanos - time < TimeUnit.SECONDS.toNanos(1))
                .count();
    }

    synchronized void acknowledge(String requestId, String messageId) {
        acknowledged.put(requestId, messageId);
    }

    private void submit(SessionServiceFutureStub stub, Consumer<SubmitMessageResponse> onAcknowledged) {
        SubmitMessageRequest request;
        synchronized (this) {
            String id = "request-" + ++count;
            request = SubmitMessageRequest.newBuilder()
                    .setSessionId(sessions.get(random.nextInt(sessions.size())))
                    .setRequestId(id)
                    .setText("question " + count + " of the load")
                    .build();
            requests.put(id, request);
        }
        underWay.register();
        Futures.addCallback(
                stub.submitMessage(request),
                new FutureCallback<>() {
                    @Override
                    public void onSuccess(SubmitMessageResponse response) {
                        boolean cancel = acknowledged(request, response);
                        onAcknowledged.accept(response);
                        if (cancel) {
                            cancel(stub, response.getMessage().getMessageId());
                        }
                        underWay.arriveAndDeregister();
                    }

                    @Override
                    public void onFailure(Throwable t) {
                        failed(request, t);
                        underWay.arriveAndDeregister();
                    }
                },
                MoreExecutors.directExecutor());
    }

    /** Whether it is one to cancel. */
    private synchronized boolean acknowledged(SubmitMessageRequest request, SubmitMessageResponse response) {
        acknowledged.put(request.getRequestId(), response.getMessage().getMessageId());
        times.add(System.nanoTime());
        if (times.size() > 2_000) {
            times.remove();
        }
        return acknowledged.size() % CANCEL_EVERY == 0;
    }

    private synchronized void failed(SubmitMessageRequest request, Throwable t) {
        if (!serverDown.getAsBoolean()) {
            findings.add(Kind.FAILED, "submit: " + Status.fromThrowable(t));
        }
        unknown.put(request.getRequestId(), request);
    }

    private void cancel(SessionServiceFutureStub stub, String messageId) {
        underWay.register();
        Futures.addCallback(
                stub.cancelMessage(CancelMessageRequest.newBuilder()
                        .setMessageId(messageId)
                        .build()),
                new FutureCallback<>() {
                    @Override
                    public void onSuccess(CancelMessageResponse response) {
                        synchronized (Load.this) {
                            ends.put(messageId, response.getMessage().getState());
                        }
                        underWay.arriveAndDeregister();
                    }

                    @Override
                    public void onFailure(Throwable t) {
                        if (!serverDown.getAsBoolean()) {
                            findings.add(Kind.FAILED, "cancel: " + Status.fromThrowable(t));
                        }
                        underWay.arriveAndDeregister();
                    }
                },
                MoreExecutors.directExecutor());
    }
}
