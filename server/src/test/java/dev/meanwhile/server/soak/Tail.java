package dev.meanwhile.server.soak;

import dev.meanwhile.server.soak.Findings.Kind;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.ResponseChunksRequest;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.ResponseEntry;
import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceStub;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A reader as the contract describes one: it reads, keeps a cursor of one kind, and goes on from it on the next
 * stream, on the same server or on the next. It knows from sequences alone whether it saw something twice or missed
 * something.
 */
final class Tail {
    /** Where the cursor comes from. */
    enum Cursor {
        /** The last entry. */
        ENTRY,
        /** The last heartbeat of a following stream. */
        HEARTBEAT,
        /** The closing of streams that do not follow, one after the other. */
        CLOSING
    }

    private final String session;
    private final String messageId;
    private final Cursor kind;
    private final Ledger ledger;
    private final Findings findings;
    private final BooleanSupplier serverDown;
    private final @Nullable Executor later;
    private final TreeSet<Long> received = new TreeSet<>();
    private String epoch = "";
    private volatile long cursor;
    private volatile boolean cursorMoved;
    private volatile boolean over;
    private volatile boolean finishing;
    private volatile long reached;
    private volatile CompletableFuture<Void> stream = CompletableFuture.completedFuture(null);

    /**
     * @param messageId empty = the whole session
     * @param serverDown whether a stream may break
     * @param later starts the next stream of {@link Cursor#CLOSING} after a pause; null = one stream only
     */
    Tail(
            String session,
            String messageId,
            Cursor kind,
            Ledger ledger,
            Findings findings,
            BooleanSupplier serverDown,
            @Nullable Executor later) {
        this.session = session;
        this.messageId = messageId;
        this.kind = kind;
        this.ledger = ledger;
        this.findings = findings;
        this.serverDown = serverDown;
        this.later = later;
    }

    /** Goes on from the cursor. */
    Tail open(SessionServiceStub stub) {
        cursorMoved = false;
        stream = new CompletableFuture<>();
        read(stub, stream);
        return this;
    }

    /** Starts before that entry instead, as somebody who kept an old cursor. */
    Tail from(long sequence) {
        cursor = sequence;
        return this;
    }

    /** Done when the stream has ended, whatever way. */
    CompletableFuture<Void> stream() {
        return stream;
    }

    Cursor kind() {
        return kind;
    }

    /** Whether its cursor came from a stream of this server, so that the next one meets it. */
    boolean cursorMoved() {
        return cursorMoved;
    }

    /** Whether its message has ended. */
    boolean over() {
        return over;
    }

    /** Up to where it has read. */
    long reached() {
        return reached;
    }

    /** {@link Cursor#CLOSING} reads once more from its cursor, and then no more. */
    void finish() {
        finishing = true;
    }

    /** At the end it must have got all there is. */
    void judge() {
        boolean all = messageId.isEmpty()
                ? reached == ledger.last(session)
                : received.equals(ledger.sequences(session, messageId));
        if (!all) {
            findings.add(
                    Kind.MISSING,
                    this + " reached " + reached + " and got " + received + " of "
                            + (messageId.isEmpty() ? ledger.last(session) : ledger.sequences(session, messageId)));
        }
    }

    private void read(SessionServiceStub stub, CompletableFuture<Void> ended) {
        received.tailSet(cursor, false).clear(); // what lies beyond the cursor comes again
        stub.responseChunks(
                ResponseChunksRequest.newBuilder()
                        .setSessionId(session)
                        .setMessageId(messageId)
                        .setAfterSequence(cursor)
                        .setEpoch(epoch)
                        .setFollow(kind != Cursor.CLOSING)
                        .build(),
                new Observer(stub, ended, cursor));
    }

    private final class Observer implements StreamObserver<ResponseChunksResponse> {
        private final SessionServiceStub stub;
        private final CompletableFuture<Void> ended;
        private long position;
        private final boolean last = finishing;
        private boolean closed;

        Observer(SessionServiceStub stub, CompletableFuture<Void> ended, long position) {
            this.stub = stub;
            this.ended = ended;
            this.position = position;
        }

        @Override
        public void onNext(ResponseChunksResponse response) {
            switch (response.getEventCase()) {
                case STARTED -> {
                    epoch = response.getStarted().getEpoch();
                    ledger.epoch(session, epoch);
                }
                case ENTRIES -> response.getEntries().getEntriesList().forEach(this::entry);
                case HEARTBEAT -> safe(response.getHeartbeat().getLastSequence(), kind == Cursor.HEARTBEAT);
                case CLOSING -> {
                    closed = true;
                    over = kind != Cursor.CLOSING
                            && response.getClosing().getReason() == ClosingReason.CLOSING_REASON_CAUGHT_UP;
                    safe(response.getClosing().getResumeAfter(), kind == Cursor.CLOSING);
                }
                case EVENT_NOT_SET -> findings.add(Kind.FAILED, Tail.this + ": an event the contract does not have");
            }
        }

        private void entry(ResponseEntry entry) {
            long sequence = entry.getSequence();
            if (sequence <= position) {
                findings.add(Kind.TWICE, Tail.this + ": entry " + sequence + " after " + position);
            } else if (messageId.isEmpty()
                    ? sequence != position + 1
                    : !entry.getMessageId().equals(messageId)) {
                findings.add(Kind.MISSING, Tail.this + ": entry " + sequence + " after " + position);
            }
            position = sequence;
            reached = position;
            ledger.record(session, epoch, entry);
            if (!messageId.isEmpty()) {
                received.add(sequence);
                over |= Ledger.terminal(entry);
            }
            if (kind == Cursor.ENTRY) {
                cursor = sequence;
                cursorMoved = true;
            }
        }

        /** A sequence up to which everything was sent, says the server. */
        private void safe(long sequence, boolean isCursor) {
            if (messageId.isEmpty() && sequence > position) {
                findings.add(Kind.MISSING, Tail.this + ": cursor " + sequence + " after entry " + position);
            }
            position = Math.max(position, sequence);
            reached = position;
            if (isCursor) {
                cursor = sequence;
                cursorMoved = true;
            }
        }

        @Override
        public void onError(Throwable t) {
            if (!serverDown.getAsBoolean()) {
                findings.add(Kind.FAILED, Tail.this + ": " + Status.fromThrowable(t));
            }
            ended.complete(null);
        }

        @Override
        public void onCompleted() {
            if (!closed && !over) {
                findings.add(Kind.FAILED, Tail.this + ": ended without a closing");
            }
            if (later != null && kind == Cursor.CLOSING && !over && !last && !serverDown.getAsBoolean()) {
                later.execute(() -> read(stub, ended));
            } else {
                ended.complete(null);
            }
        }
    }

    @Override
    public String toString() {
        return kind + " reader of " + session + (messageId.isEmpty() ? "" : " message " + messageId);
    }
}
