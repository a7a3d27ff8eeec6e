package dev.meanwhile.cli;

import dev.meanwhile.client.AnswerEnd;
import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.LogListener;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.AnswerStarted;
import dev.meanwhile.v1.AttemptReset;
import dev.meanwhile.v1.ResponseChunksResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Passes on what comes. While nothing does it looks now and then, and tells why, once for each change: a terminal
 * all of it, a file only what nothing works on, and a file beside JSON nothing, so there it does not look. What
 * nothing works on is told at once. After the first never more than one look in {@link #PAUSE}.
 */
final class WaitTeller implements LogListener, AutoCloseable {
    private static final Duration BEFORE_TEXT = Duration.ofSeconds(3);
    /** In the middle of an answer what is said breaks its line, so it comes later. */
    private static final Duration IN_TEXT = Duration.ofSeconds(10);

    private static final String REASONING = "reasoning";

    static final Duration PAUSE = Duration.ofSeconds(5);

    private final Screen screen;
    private final LogListener listener;
    private final Supplier<Optional<WaitWords>> look;
    private final Duration before;
    private final Duration pause;
    private final Thread thread;
    private volatile long heard = System.nanoTime();
    private volatile boolean inText;
    /** The stream is gone; what a look finds then may be ahead of what it shows next. */
    private volatile boolean cut;

    private volatile boolean closed;
    private volatile String told = "";

    WaitTeller(Cli cli, LogListener listener, Supplier<Optional<WaitWords>> look) {
        this(cli, listener, look, BEFORE_TEXT, PAUSE);
    }

    WaitTeller(Cli cli, LogListener listener, Supplier<Optional<WaitWords>> look, Duration before, Duration pause) {
        this.screen = cli.screen();
        this.listener = listener;
        this.look = look;
        this.before = before;
        this.pause = pause;
        this.thread = Thread.ofPlatform().daemon().name("wait-teller").unstarted(this::run);
        if (screen.isWatched() || !cli.json()) {
            thread.start();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void run() {
        try {
            tell(WaitWords::stands); // at once, since waiting does not help
            while (true) {
                long left = (inText ? IN_TEXT : before).toNanos() - (System.nanoTime() - heard);
                if (left > 0) {
                    TimeUnit.NANOSECONDS.sleep(left);
                } else {
                    tell(why -> why.stands() || screen.isWatched());
                    Thread.sleep(pause);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Predicate<WaitWords> worthIt) {
        long asked = heard;
        if (cut) {
            return;
        }
        try {
            look.get()
                    .filter(worthIt)
                    .filter(why -> !why.key().equals(told) && heard == asked && !cut && !closed)
                    .ifPresent(why -> {
                        told = why.key();
                        screen.cause(EscapeFilter.line(why.words()));
                    });
        } catch (RuntimeException e) {
            // Only a look; whoever reads the stream tells that it is cut.
        }
    }

    private void hear(boolean text) {
        heard = System.nanoTime();
        inText = text;
        told = "";
    }

    @Override
    public void text(String messageId, String text) {
        hear(true);
        listener.text(messageId, text);
    }

    @Override
    public void dropText(String messageId, AttemptReset reset) {
        hear(false);
        listener.dropText(messageId, reset);
    }

    @Override
    public void ended(String messageId, AnswerEnd end, Cursor through) {
        hear(false);
        listener.ended(messageId, end, through);
    }

    @Override
    public void dropEverything() {
        listener.dropEverything();
    }

    @Override
    public void started(String messageId, AnswerStarted started) {
        listener.started(messageId, started);
    }

    /** Not printed, but no silence either: the first of it is said. */
    @Override
    public void reasoning(String messageId, String text) {
        boolean first = !told.equals(REASONING);
        hear(false);
        told = REASONING;
        if (first) {
            screen.status("the model is reasoning");
        }
        listener.reasoning(messageId, text);
    }

    @Override
    public void cut(RpcError cause, Duration pauseBefore) {
        cut = true;
        listener.cut(cause, pauseBefore);
    }

    @Override
    public void received(ResponseChunksResponse response) {
        if (cut) {
            heard = System.nanoTime();
            cut = false;
        }
        listener.received(response);
    }
}
