package dev.meanwhile.server.grpc;

import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.responses.LogSink;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntries;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.StreamClosing;
import dev.meanwhile.v1.StreamHeartbeat;
import dev.meanwhile.v1.StreamStarted;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;

/** Sends a log's entries as messages of at most 16 KiB. */
final class ChunkStream implements LogSink {
    private static final int MAX_BYTES = 16 << 10;

    /** Tag and length of an entry within its message, and of the entries within theirs. */
    private static final int FRAMING_BYTES = 16;

    private final ServerCallStreamObserver<ResponseChunksResponse> observer;

    ChunkStream(ServerCallStreamObserver<ResponseChunksResponse> observer) {
        this.observer = observer;
    }

    @Override
    public boolean ready() {
        return observer.isReady();
    }

    @Override
    public void started(String epoch, long lastCommitted) {
        observer.onNext(ResponseChunksResponse.newBuilder()
                .setStarted(StreamStarted.newBuilder().setEpoch(epoch).setLastCommitted(lastCommitted))
                .build());
    }

    @Override
    public void entries(List<LogEntry> entries) {
        ResponseEntries.Builder batch = ResponseEntries.newBuilder();
        int bytes = FRAMING_BYTES;
        for (LogEntry entry : entries) {
            ResponseEntry proto = EntryProtos.entry(entry);
            int size = proto.getSerializedSize() + FRAMING_BYTES;
            if (bytes + size > MAX_BYTES) {
                send(batch);
                batch.clear();
                bytes = FRAMING_BYTES;
            }
            batch.addEntries(proto);
            bytes += size;
        }
        send(batch);
    }

    @Override
    public void heartbeat(long lastSequence) {
        observer.onNext(ResponseChunksResponse.newBuilder()
                .setHeartbeat(StreamHeartbeat.newBuilder().setLastSequence(lastSequence))
                .build());
    }

    @Override
    public void closing(Closing reason, long resumeAfter) {
        observer.onNext(ResponseChunksResponse.newBuilder()
                .setClosing(StreamClosing.newBuilder()
                        .setReason(ClosingReason.valueOf("CLOSING_REASON_" + reason))
                        .setResumeAfter(resumeAfter))
                .build());
        observer.onCompleted();
    }

    @Override
    public void ended() {
        observer.onCompleted();
    }

    @Override
    public void failed(Refusal refusal) {
        observer.onError(GrpcErrors.of(refusal));
    }

    private void send(ResponseEntries.Builder batch) {
        observer.onNext(
                ResponseChunksResponse.newBuilder().setEntries(batch.build()).build());
    }
}
