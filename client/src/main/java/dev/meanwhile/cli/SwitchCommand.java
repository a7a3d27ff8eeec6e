package dev.meanwhile.cli;

import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.SessionList;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SwitchSessionResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code switch}: goes to a session and shows what came meanwhile. */
@Command(
        name = "switch",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a session the active one, shows what it answered while you were away, and marks that as read.",
            "Answers that still run go on."
        })
final class SwitchCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(paramLabel = "SESSION", description = SessionFinder.HELP)
    private String session = "";

    SwitchCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            SessionList list = cli.sessions(client);
            Session target = new SessionFinder(cli, list).findForWork(session);
            ReadMarks marks = new ReadMarks(client, cli);
            CatchUp catchUp = new CatchUp(cli, list, new SessionWait(client, cli));
            long shown = -1;
            while (true) {
                SwitchSessionResponse response = client.switchSession(target.getSessionId());
                if (cli.json()) {
                    cli.screen().json(response);
                } else {
                    catchUp.print(response);
                }
                Cursor through = new Cursor(response.getSession().getEpoch(), response.getResumeAfter());
                if (through.sequence() > response.getSession().getReadSequence()) {
                    marks.session(target.getSessionId(), through);
                }
                // What did not fit into one answer comes with the next, since the read cursor has moved.
                if (!response.getTruncated() || through.sequence() <= shown) {
                    break;
                }
                shown = through.sequence();
            }
            new ModelNotes(client, cli).tellGone(target);
            return ExitCode.OK;
        }
    }
}
