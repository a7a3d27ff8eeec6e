package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.CloseSessionResponse;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code close}: ends a session for good, and keeps it readable. */
@Command(
        name = "close",
        mixinStandardHelpOptions = true,
        description = {
            "Closes a session for good. It stays readable and its name is free for another one.",
            "What is queued or running in it still ends in the background, unless --cancel is given."
        })
final class CloseCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(paramLabel = "SESSION", description = SessionFinder.HELP)
    private String session = "";

    @Option(names = "--cancel", description = "Cancel what is queued and running in it.")
    private boolean cancel;

    CloseCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            SessionFinder finder = new SessionFinder(cli, cli.sessions(client));
            Session before = cancel ? finder.find(session) : finder.findForWork(session);
            CloseSessionResponse response = client.closeSession(before.getSessionId(), cancel);
            cli.changed(before.getSessionId(), response.getSession());
            if (cli.json()) {
                cli.screen().json(response);
            } else {
                print(before, response);
            }
            return ExitCode.OK;
        }
    }

    private void print(Session before, CloseSessionResponse response) {
        Session session = response.getSession();
        String cancelled = response.getCancelledMessages() == 0
                ? ""
                : "; " + Words.count(response.getCancelledMessages(), "message") + " cancelled";
        String closed = before.getState() == SessionState.SESSION_STATE_CLOSED ? " was closed already" : " is closed";
        cli.screen().line("session " + Words.session(session) + closed + cancelled);
        int pending = session.getQueuedMessages() + session.getRunningMessages();
        if (pending > 0) {
            cli.screen()
                    .note(Words.count(pending, "message") + " in it still "
                            + (pending == 1 ? "ends" : "end") + " in the background; cancel with: "
                            + cli.command("close " + session.getNumber() + " --cancel"));
        }
        if (before.getActive()) {
            cli.screen().note("no session is active now; go to one with: " + cli.command("switch SESSION"));
        }
    }
}
