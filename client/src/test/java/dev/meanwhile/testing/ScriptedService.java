package dev.meanwhile.testing;

import com.google.protobuf.util.Durations;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.GetMessageRequest;
import dev.meanwhile.v1.GetMessageResponse;
import dev.meanwhile.v1.GetServerInfoRequest;
import dev.meanwhile.v1.GetServerInfoResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntries;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.ServerLimits;
import dev.meanwhile.v1.SessionServiceGrpc;
import dev.meanwhile.v1.StreamClosing;
import dev.meanwhile.v1.StreamHeartbeat;
import dev.meanwhile.v1.StreamStarted;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.Turn;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers each call by the next script of its kind, and keeps what was asked. */
public final class ScriptedService extends SessionServiceGrpc.SessionServiceImplBase {
    /** What one call does. */
    public interface Script<Q, A> {
        void play(Q request, StreamObserver<A> answers);
    }

    public final List<ResponseChunksRequest> streamed = new CopyOnWriteArrayList<>();
    public final List<SubmitMessageRequest> submitted = new CopyOnWriteArrayList<>();
    private final Queue<Script<ResponseChunksRequest, ResponseChunksResponse>> streams = new ConcurrentLinkedQueue<>();
    private final Queue<Script<SubmitMessageRequest, SubmitMessageResponse>> submits = new ConcurrentLinkedQueue<>();
    private volatile Duration heartbeat = Duration.ofSeconds(15);

    public ScriptedService stream(Script<ResponseChunksRequest, ResponseChunksResponse> script) {
        streams.add(script);
        return this;
    }

    public ScriptedService submit(Script<SubmitMessageRequest, SubmitMessageResponse> script) {
        submits.add(script);
        return this;
    }

    public ScriptedService heartbeat(Duration interval) {
        heartbeat = interval;
        return this;
    }

    @Override
    public void responseChunks(ResponseChunksRequest request, StreamObserver<ResponseChunksResponse> answers) {
        streamed.add(request);
        next(streams).play(request, answers);
    }

    @Override
    public void submitMessage(SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> answers) {
        submitted.add(request);
        next(submits).play(request, answers);
    }

    @Override
    public void getServerInfo(GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> answers) {
        answers.onNext(GetServerInfoResponse.newBuilder()
                .setLimits(ServerLimits.newBuilder().setHeartbeatInterval(Durations.fromNanos(heartbeat.toNanos())))
                .build());
        answers.onCompleted();
    }

    /** Every message has ended. */
    @Override
    public void getMessage(GetMessageRequest request, StreamObserver<GetMessageResponse> answers) {
        answers.onNext(GetMessageResponse.newBuilder()
                .setTurn(Turn.newBuilder()
                        .setMessage(Message.newBuilder()
                                .setMessageId(request.getMessageId())
                                .setState(MessageState.MESSAGE_STATE_COMPLETED)
                                .setTerminalSequence(1)))
                .build());
        answers.onCompleted();
    }

    private static <Q, A> Script<Q, A> next(Queue<Script<Q, A>> scripts) {
        Script<Q, A> script = scripts.poll();
        return script != null
                ? script
                : (request, answers) -> answers.onError(io.grpc.Status.UNIMPLEMENTED
                        .withDescription("no script left")
                        .asRuntimeException());
    }

    public static ResponseChunksResponse started(String epoch) {
        return ResponseChunksResponse.newBuilder()
                .setStarted(StreamStarted.newBuilder().setEpoch(epoch))
                .build();
    }

    public static ResponseChunksResponse entries(List<ResponseEntry> entries) {
        return ResponseChunksResponse.newBuilder()
                .setEntries(ResponseEntries.newBuilder().addAllEntries(entries))
                .build();
    }

    public static ResponseChunksResponse heartbeat(long lastSequence) {
        return ResponseChunksResponse.newBuilder()
                .setHeartbeat(StreamHeartbeat.newBuilder().setLastSequence(lastSequence))
                .build();
    }

    public static ResponseChunksResponse closing(ClosingReason reason, long resumeAfter) {
        return ResponseChunksResponse.newBuilder()
                .setClosing(StreamClosing.newBuilder().setReason(reason).setResumeAfter(resumeAfter))
                .build();
    }

    /** Sends, each in a message of its own, the entries behind the cursor and up to a sequence. */
    public static void send(
            Log log, ResponseChunksRequest request, long upTo, StreamObserver<ResponseChunksResponse> answers) {
        for (ResponseEntry entry : log.entries()) {
            boolean wanted =
                    request.getMessageId().isEmpty() || request.getMessageId().equals(entry.getMessageId());
            if (wanted && entry.getSequence() > request.getAfterSequence() && entry.getSequence() <= upTo) {
                answers.onNext(entries(List.of(entry)));
            }
        }
    }

    /** The whole rest in order; if one message was asked for, its end ends it. */
    public static Script<ResponseChunksRequest, ResponseChunksResponse> rest(Log log, String epoch) {
        return (request, answers) -> {
            answers.onNext(started(epoch));
            send(log, request, Long.MAX_VALUE, answers);
            if (request.getMessageId().isEmpty()) {
                answers.onNext(closing(ClosingReason.CLOSING_REASON_CAUGHT_UP, log.lastSequence()));
            }
            answers.onCompleted();
        };
    }
}
