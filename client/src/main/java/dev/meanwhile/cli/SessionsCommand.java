package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.SessionList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code sessions}: what there is and where answers wait. */
@Command(
        name = "sessions",
        mixinStandardHelpOptions = true,
        description = "Lists the sessions: ▶ is the active one, in those with ● answers wait unread.")
final class SessionsCommand implements Callable<Integer> {
    private final Cli cli;

    SessionsCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            if (cli.json()) {
                client.sessions(cli.screen()::json);
                return ExitCode.OK;
            }
            SessionList list = client.sessions();
            if (list.sessions().isEmpty()) {
                cli.screen().note("no session yet; make one with: " + Cli.NAME + " new");
            } else {
                new SessionTable(cli.screen(), cli.shell().clock().instant()).print(list.sessions());
            }
            return ExitCode.OK;
        }
    }
}
