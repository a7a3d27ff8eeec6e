package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.CancelMessageResponse;
import dev.meanwhile.v1.CancelQueuedMessagesResponse;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Session;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cancel}: ends one message, or what waits in a session. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = {
            "Cancels a message, queued or running; what was answered so far stays readable.",
            "One that has ended before keeps its end."
        })
final class CancelCommand implements Callable<Integer> {
    private final Cli cli;

    @ArgGroup(multiplicity = "1")
    private What what = new What();

    /** One or the other: a forgotten id must not cancel everything. */
    private static final class What {
        @Parameters(paramLabel = "MESSAGE", description = "Its id, as send prints it.")
        private @Nullable String message;

        @Option(
                names = "--queued",
                paramLabel = "SESSION",
                description = "All that are queued in this session; one that runs or is between attempts goes on.")
        private @Nullable String session;
    }

    CancelCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            if (what.message != null) {
                one(client, what.message);
            } else {
                queued(client, String.valueOf(what.session));
            }
            return ExitCode.OK;
        }
    }

    private void one(MeanwhileClient client, String id) {
        CancelMessageResponse response = client.cancelMessage(id);
        Message message = response.getMessage();
        if (cli.json()) {
            cli.screen().json(response);
            return;
        }
        boolean cancelled = message.getState() == MessageState.MESSAGE_STATE_CANCELLED;
        cli.screen()
                .line("message " + message.getMessageId() + (cancelled ? ": " : " had ended before: ")
                        + Words.state(message));
    }

    private void queued(MeanwhileClient client, String wanted) {
        Session session = new SessionFinder(cli, cli.sessions(client)).find(wanted);
        CancelQueuedMessagesResponse response = client.cancelQueued(session.getSessionId());
        if (cli.json()) {
            cli.screen().json(response);
            return;
        }
        int cancelled = response.getCancelledMessages();
        cli.screen()
                .line(
                        cancelled == 0
                                ? "nothing was queued in session " + Words.session(session)
                                : Words.count(cancelled, "queued message") + " of session " + Words.session(session)
                                        + " cancelled");
        if (session.getRunningMessages() > 0) {
            String goesOn = session.hasRetryTime()
                    ? "its message between attempts is tried again"
                    : "its running message goes on";
            cli.screen().status(goesOn + "; see it with: " + cli.command("tail " + session.getNumber()));
        }
    }
}
