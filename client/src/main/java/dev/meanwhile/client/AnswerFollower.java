package dev.meanwhile.client;

import dev.meanwhile.v1.AnswerStarted;
import dev.meanwhile.v1.AttemptReset;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.ResponseChunksResponse;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Follows one message to its end, across any cut, and holds its answer. */
public final class AnswerFollower {
    private final LogFollower log;
    private final Collector collector;
    private final Supplier<Message> message;

    AnswerFollower(
            Connection connection,
            String workspace,
            FollowRequest wanted,
            LogListener listener,
            Supplier<Message> message) {
        if (!wanted.isOfOneMessage()) {
            throw new IllegalArgumentException("an answer is that of one message");
        }
        this.collector = new Collector(listener);
        this.log = new LogFollower(connection, workspace, wanted, collector);
        this.message = message;
    }

    /** Everything up to here was told; may be read from any thread. */
    public Cursor position() {
        return log.position();
    }

    /** Waits for the end; throws what {@link LogFollower#follow} throws. */
    public Answer follow() throws InterruptedException {
        FollowEnd end = log.follow();
        AnswerEnd answerEnd = collector.end;
        if (answerEnd == null) {
            answerEnd = switch (end) {
                case SESSION_DELETED -> new AnswerEnd.Gone();
                // The end lay before the cursor, or was an entry of a kind we don't know.
                case CAUGHT_UP, MESSAGE_ENDED -> new AnswerEnd.Told(message.get());
            };
            collector.listener.ended(log.wantedMessageId(), answerEnd, log.position());
        }
        return new Answer(collector.text.toString(), answerEnd, log.position());
    }

    /** Keeps the text and passes everything on. */
    private static final class Collector implements LogListener {
        private final LogListener listener;
        private final StringBuilder text = new StringBuilder();
        private @Nullable AnswerEnd end;

        Collector(LogListener listener) {
            this.listener = listener;
        }

        @Override
        public void text(String messageId, String piece) {
            text.append(piece);
            listener.text(messageId, piece);
        }

        @Override
        public void dropText(String messageId, AttemptReset reset) {
            text.setLength(0);
            listener.dropText(messageId, reset);
        }

        @Override
        public void dropEverything() {
            text.setLength(0);
            listener.dropEverything();
        }

        @Override
        public void ended(String messageId, AnswerEnd how, Cursor through) {
            end = how;
            listener.ended(messageId, how, through);
        }

        @Override
        public void started(String messageId, AnswerStarted started) {
            listener.started(messageId, started);
        }

        @Override
        public void reasoning(String messageId, String piece) {
            listener.reasoning(messageId, piece);
        }

        @Override
        public void cut(RpcError cause, Duration pause) {
            listener.cut(cause, pause);
        }

        @Override
        public void received(ResponseChunksResponse response) {
            listener.received(response);
        }
    }
}
