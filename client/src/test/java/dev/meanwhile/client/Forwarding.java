package dev.meanwhile.client;

import dev.meanwhile.v1.AttemptReset;
import java.time.Duration;

/** Passes on what it hears, so that a test can do something at one place. */
class Forwarding implements LogListener {
    private final LogListener next;

    Forwarding(LogListener next) {
        this.next = next;
    }

    @Override
    public void text(String messageId, String text) {
        next.text(messageId, text);
    }

    @Override
    public void dropText(String messageId, AttemptReset reset) {
        next.dropText(messageId, reset);
    }

    @Override
    public void ended(String messageId, AnswerEnd end, Cursor through) {
        next.ended(messageId, end, through);
    }

    @Override
    public void dropEverything() {
        next.dropEverything();
    }

    @Override
    public void cut(RpcError cause, Duration pause) {
        next.cut(cause, pause);
    }
}
