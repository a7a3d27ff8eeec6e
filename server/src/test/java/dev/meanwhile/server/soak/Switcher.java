package dev.meanwhile.server.soak;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.meanwhile.server.soak.Findings.Kind;
import dev.meanwhile.v1.MarkSessionReadRequest;
import dev.meanwhile.v1.MarkSessionReadResponse;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceFutureStub;
import dev.meanwhile.v1.SwitchSessionRequest;
import dev.meanwhile.v1.SwitchSessionResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A user who can't decide: goes from session to session at a steady pace, and marks read what the switch brought. */
final class Switcher {
    /** More than is asked for, so that a busy machine does not make it too few. */
    private static final int A_SECOND = 40;

    private final List<String> sessions;
    private final String first;
    private final SessionServiceFutureStub stub;
    private final Findings findings;
    private final Random random;
    private final ScheduledExecutorService pacer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("switcher").factory());
    private final Phaser underWay = new Phaser(1);
    private final List<Long> answered = new ArrayList<>();
    private final Map<String, Integer> entered = new HashMap<>();
    private @Nullable ScheduledFuture<?> pace;

    /** @param first the session that is active now; nobody else switches */
    Switcher(List<String> sessions, String first, SessionServiceFutureStub stub, Findings findings, Random random) {
        this.sessions = sessions;
        this.first = first;
        this.stub = stub;
        this.findings = findings;
        this.random = random;
    }

    void start() {
        pace = pacer.scheduleAtFixedRate(this::step, 0, TimeUnit.SECONDS.toMicros(1) / A_SECOND, TimeUnit.MICROSECONDS);
    }

    /** Returns when the last call has come back. */
    void stop() throws InterruptedException, ExecutionException {
        if (pace != null) {
            pace.cancel(false);
        }
        pacer.submit(() -> {}).get(); // one that ran just then has made its call
        underWay.arriveAndAwaitAdvance();
        pacer.shutdown();
    }

    /**
     * Every switch names the session it left, so each was left as often as it was entered, but for the first one and
     * the one that is active now: no two switches can have left the same one.
     */
    synchronized void judge(String active) {
        entered.merge(first, 1, Integer::sum);
        entered.merge(active, -1, Integer::sum);
        entered.values().removeIf(count -> count == 0);
        if (!entered.isEmpty()) {
            findings.add(Kind.ORDER, "sessions entered more often than left: " + entered);
        }
    }

    synchronized int switches() {
        return answered.size();
    }

    /** The fewest switches answered in any so many seconds on end. */
    synchronized long least(int seconds, long fromNanos, long toNanos) {
        long span = TimeUnit.SECONDS.toNanos(seconds);
        long least = Long.MAX_VALUE;
        for (long from = fromNanos; from + span <= toNanos; from += TimeUnit.SECONDS.toNanos(1)) {
            long begin = from;
            least = Math.min(
                    least,
                    answered.stream()
                            .filter(time -> time >= begin && time < begin + span)
                            .count());
        }
        return least;
    }

    private void step() {
        String next = sessions.get(random.nextInt(sessions.size()));
        underWay.register();
        Futures.addCallback(
                stub.switchSession(
                        SwitchSessionRequest.newBuilder().setSessionId(next).build()),
                new FutureCallback<>() {
                    @Override
                    public void onSuccess(SwitchSessionResponse response) {
                        switched(next, response);
                        markRead(next, response);
                        underWay.arriveAndDeregister();
                    }

                    @Override
                    public void onFailure(Throwable t) {
                        findings.add(Kind.FAILED, "switch to " + next + ": " + Status.fromThrowable(t));
                        underWay.arriveAndDeregister();
                    }
                },
                MoreExecutors.directExecutor());
    }

    private synchronized void switched(String to, SwitchSessionResponse response) {
        answered.add(System.nanoTime());
        entered.merge(to, 1, Integer::sum);
        entered.merge(response.getPreviousSessionId(), -1, Integer::sum);
    }

    private void markRead(String session, SwitchSessionResponse response) {
        underWay.register();
        Futures.addCallback(
                stub.markSessionRead(MarkSessionReadRequest.newBuilder()
                        .setSessionId(session)
                        .setThroughSequence(response.getResumeAfter())
                        .setEpoch(response.getSession().getEpoch())
                        .build()),
                new FutureCallback<>() {
                    @Override
                    public void onSuccess(MarkSessionReadResponse marked) {
                        underWay.arriveAndDeregister();
                    }

                    @Override
                    public void onFailure(Throwable t) {
                        findings.add(Kind.FAILED, "mark " + session + " read: " + Status.fromThrowable(t));
                        underWay.arriveAndDeregister();
                    }
                },
                MoreExecutors.directExecutor());
    }
}
