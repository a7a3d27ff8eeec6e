package dev.meanwhile.cli;

import dev.meanwhile.client.AnswerEnd;
import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.LogListener;
import dev.meanwhile.v1.AttemptReset;
import dev.meanwhile.v1.ResponseChunksResponse;
import java.util.function.Consumer;

/** Passes a stream on as it comes; what its entries mean is in them. */
final class JsonPrinter implements LogListener {
    private final Screen screen;
    private final Consumer<Cursor> afterEnd;

    /**
     * @param afterEnd called when an end has been printed
     */
    JsonPrinter(Screen screen, Consumer<Cursor> afterEnd) {
        this.screen = screen;
        this.afterEnd = afterEnd;
    }

    /** For a command that has no message of the service to print. */
    static void refuse(Cli cli, String why) {
        if (cli.json()) {
            throw cli.usage("--json is for what the service says; " + why);
        }
    }

    @Override
    public void received(ResponseChunksResponse response) {
        screen.json(response);
    }

    @Override
    public void text(String messageId, String text) {}

    @Override
    public void dropText(String messageId, AttemptReset reset) {}

    @Override
    public void ended(String messageId, AnswerEnd end, Cursor through) {
        afterEnd.accept(through);
    }

    @Override
    public void dropEverything() {}
}
