package dev.meanwhile.bench;

import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.CreateSessionResponse;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SubmitMessageRequest;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** 100 workspaces of 10 sessions, the first of each active; messages of 40 bytes, each with a request id of its own. */
final class Workload {
    static final int WORKSPACES = 100;
    static final int SESSIONS = 1_000;
    static final int CHUNKS = 12;
    private static final int SESSIONS_PER_WORKSPACE = SESSIONS / WORKSPACES;
    private static final String TEXT = "Tell me how far the work on this has got";
    private static final int CREATED_AT_ONCE = 64;

    private final AtomicLong requests = new AtomicLong();

    /** Sessions 0 to 99 are the first ones of their workspaces, so they come first and become active. */
    static String workspace(int session) {
        return String.format(Locale.ROOT, "workspace-%03d", session % WORKSPACES);
    }

    static String id(int session) {
        return String.format(Locale.ROOT, "session-%05d", session);
    }

    /** Its number. */
    static int sessionOf(SubmitMessageRequest request) {
        return Integer.parseInt(request.getSessionId().substring("session-".length()));
    }

    static void createSessions(ManagedChannel channel) throws InterruptedException {
        createSessions(channel, 0, WORKSPACES);
        createSessions(channel, WORKSPACES, SESSIONS_PER_WORKSPACE * WORKSPACES);
    }

    /** About 100 bytes. */
    SubmitMessageRequest next(int session) {
        return SubmitMessageRequest.newBuilder()
                .setWorkspace(workspace(session))
                .setSessionId(id(session))
                .setText(TEXT)
                .setRequestId("request-" + (1_000_000_000L + requests.incrementAndGet()))
                .build();
    }

    private static void createSessions(ManagedChannel channel, int from, int to) throws InterruptedException {
        Failures failures = new Failures();
        Semaphore room = new Semaphore(CREATED_AT_ONCE);
        for (int i = from; i < to; i++) {
            room.acquire();
            SessionServiceGrpc.newStub(channel)
                    .createSession(
                            CreateSessionRequest.newBuilder()
                                    .setWorkspace(workspace(i))
                                    .setSessionId(id(i))
                                    .build(),
                            new StreamObserver<CreateSessionResponse>() {
                                @Override
                                public void onNext(CreateSessionResponse created) {}

                                @Override
                                public void onError(Throwable thrown) {
                                    failures.add(thrown);
                                    room.release();
                                }

                                @Override
                                public void onCompleted() {
                                    room.release();
                                }
                            });
        }
        room.acquire(CREATED_AT_ONCE);
        failures.check();
    }
}
