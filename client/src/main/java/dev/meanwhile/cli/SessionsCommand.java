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
    private static final int SHORT_LIST = 20;

    private final Cli cli;

    SessionsCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            if (cli.json()) {
                cli.sessions(client, cli.screen()::json);
                return ExitCode.OK;
            }
            SessionList list = cli.sessions(client);
            if (list.sessions().isEmpty()) {
                cli.screen().status("no session yet; make one with: " + cli.command("new"));
            } else {
                new SessionTable(cli.screen(), cli.shell().clock().instant()).print(list.sessions());
                hint(list);
                new ModelNotes(client, cli).tell(list.sessions());
            }
            return ExitCode.OK;
        }
    }

    /** What to do next; in a long list also what has scrolled away. */
    private void hint(SessionList list) {
        int sessions = list.sessions().size();
        long unread =
                list.sessions().stream().filter(s -> s.getUnreadMessages() > 0).count();
        if (sessions > SHORT_LIST) {
            cli.screen()
                    .note(sessions + " sessions, " + unread + " with unread answers; active: "
                            + list.active().map(Words::session).orElse("none"));
        } else if (sessions == 1) {
            cli.screen()
                    .note("ask in it with: "
                            + cli.command(
                                    "send -s " + list.sessions().getFirst().getNumber() + " TEXT"));
        }
    }
}
