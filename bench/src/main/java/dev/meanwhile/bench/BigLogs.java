package dev.meanwhile.bench;

import dev.meanwhile.v1.CancelMessageRequest;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.OperatorServiceGrpc;
import dev.meanwhile.v1.OperatorServiceGrpc.OperatorServiceBlockingStub;
import dev.meanwhile.v1.PauseWorkersRequest;
import dev.meanwhile.v1.ResumeWorkersRequest;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import dev.meanwhile.v1.SubmitMessageRequest;
import io.grpc.ManagedChannel;
import java.util.Locale;

/** 40 sessions with a log of more than 1 MiB each. */
final class BigLogs {
    static final String WORKSPACE = "readers";
    static final String MODEL = "big";

    /** 1 KiB each: as entries of all sizes go, these fill a stream message best. */
    static final int CHUNKS = 1_040;

    static final int BYTES = CHUNKS << 10;

    private static final int SESSIONS = 40;

    /** Beside the chunks: the start and the end. */
    private static final int FRAME = 2;

    private final SessionServiceBlockingStub sessions;
    private final OperatorServiceBlockingStub operator;
    private long lastSequence;

    private BigLogs(ManagedChannel channel) {
        this.sessions = SessionServiceGrpc.newBlockingStub(channel);
        this.operator = OperatorServiceGrpc.newBlockingStub(channel);
    }

    static BigLogs make(ManagedChannel channel) throws InterruptedException {
        BigLogs logs = new BigLogs(channel);
        for (int i = 0; i < SESSIONS; i++) {
            logs.sessions.createSession(CreateSessionRequest.newBuilder()
                    .setWorkspace(WORKSPACE)
                    .setSessionId(logs.id(i))
                    .setModel(MODEL)
                    .build());
            logs.submit(i);
        }
        logs.lastSequence = CHUNKS + FRAME;
        for (int i = 0; i < SESSIONS; i++) {
            Reader reader = Reader.open(channel, WORKSPACE, logs.id(i));
            reader.read();
            reader.await(logs.lastSequence);
            reader.release();
        }
        return logs;
    }

    String id(int of) {
        return String.format(Locale.ROOT, "big-%02d", of % SESSIONS);
    }

    /** One entry more at the end of each: of a message that is cancelled before it runs. */
    void grow() {
        operator.pauseWorkers(PauseWorkersRequest.getDefaultInstance());
        for (int i = 0; i < SESSIONS; i++) {
            sessions.cancelMessage(CancelMessageRequest.newBuilder()
                    .setWorkspace(WORKSPACE)
                    .setMessageId(submit(i))
                    .build());
        }
        operator.resumeWorkers(ResumeWorkersRequest.getDefaultInstance());
        lastSequence++;
    }

    long lastSequence() {
        return lastSequence;
    }

    private String submit(int session) {
        return sessions.submitMessage(SubmitMessageRequest.newBuilder()
                        .setWorkspace(WORKSPACE)
                        .setSessionId(id(session))
                        .setText("Tell me everything")
                        .build())
                .getMessage()
                .getMessageId();
    }
}
