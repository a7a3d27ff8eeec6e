package dev.meanwhile.server.soak;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.meanwhile.server.soak.Findings.Kind;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceFutureStub;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * One client of several: submits to every session once a round, each round in another order, the next round after
 * every acknowledgement of the last. So its own messages of a session must run in the order of the rounds.
 */
final class Submitter {
    private static final int UNDER_WAY = 32;
    private final String name;
    private final SessionServiceFutureStub stub;
    private final Findings findings;
    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final Semaphore room = new Semaphore(UNDER_WAY);

    Submitter(String name, SessionServiceFutureStub stub, Findings findings) {
        this.name = name;
        this.stub = stub;
        this.findings = findings;
    }

    /** Returns when all is acknowledged. */
    void submit(List<String> sessions, int rounds, Random random) throws InterruptedException {
        List<String> order = new ArrayList<>(sessions);
        for (int round = 1; round <= rounds; round++) {
            Collections.shuffle(order, random);
            for (String session : order) {
                room.acquire();
                submit(session, requestId(session, round));
            }
            room.acquire(UNDER_WAY);
            room.release(UNDER_WAY);
        }
    }

    String requestId(String session, int round) {
        return name + "-" + session + "-" + round;
    }

    /** What was submitted, by request id. */
    Map<String, String> texts() {
        return texts;
    }

    /** Message ids by request id. */
    Map<String, String> acknowledged() {
        return acknowledged;
    }

    private void submit(String session, String requestId) {
        String text = requestId + " asks";
        texts.put(requestId, text);
        Futures.addCallback(
                stub.submitMessage(SubmitMessageRequest.newBuilder()
                        .setSessionId(session)
                        .setRequestId(requestId)
                        .setText(text)
                        .build()),
                new FutureCallback<>() {
                    @Override
                    public void onSuccess(SubmitMessageResponse response) {
                        acknowledged.put(requestId, response.getMessage().getMessageId());
                        room.release();
                    }

                    @Override
                    public void onFailure(Throwable t) {
                        findings.add(Kind.FAILED, requestId + ": " + Status.fromThrowable(t));
                        room.release();
                    }
                },
                MoreExecutors.directExecutor());
    }
}
