package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.DeleteSessionResponse;
import dev.meanwhile.v1.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code delete}: removes a session with everything in it, if somebody says so. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = {
            "Deletes a session with its messages, answers and notifications; what runs in it is dropped.",
            "Nothing brings it back. On a terminal it asks first; elsewhere it needs --yes."
        })
final class DeleteCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(paramLabel = "SESSION", description = SessionFinder.HELP)
    private String session = "";

    @Option(names = "--yes", description = "Don't ask.")
    private boolean yes;

    DeleteCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        boolean canAsk = cli.shell().inputIsTerminal() && cli.screen().isWatched();
        if (!yes && !canAsk) {
            throw cli.usage("there is nobody to ask; say --yes if " + EscapeFilter.line(session)
                    + " is to be deleted with everything in it");
        }
        try (MeanwhileClient client = cli.connect()) {
            Session target = new SessionFinder(cli, cli.sessions(client)).find(session);
            if (!yes && !confirmed(target)) {
                cli.screen().status("not deleted");
                return ExitCode.FAILED;
            }
            DeleteSessionResponse response = client.deleteSession(target.getSessionId());
            cli.changed(target.getSessionId(), null);
            if (cli.json()) {
                cli.screen().json(response);
            } else {
                cli.screen().line("session " + Words.session(target) + " is deleted");
                if (target.getActive()) {
                    cli.screen().note("no session is active now; go to one with: " + cli.command("switch SESSION"));
                }
            }
            return ExitCode.OK;
        }
    }

    private boolean confirmed(Session target) {
        String inside = target.getUnreadMessages() == 0
                ? ""
                : ", " + Words.count(target.getUnreadMessages(), "unread message") + " included";
        return cli.shell()
                .confirms("Delete session " + Words.session(target) + " with everything in it" + inside
                        + "? Nothing brings it back. [y/N] ");
    }
}
