package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.UpdateSessionResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rename}: gives a session another name. */
@Command(name = "rename", mixinStandardHelpOptions = true, description = "Gives an open session another name.")
final class RenameCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(index = "0", paramLabel = "SESSION", description = SessionFinder.HELP)
    private String session = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "Its new name, 1 to 80 characters.")
    private String name = "";

    RenameCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (name.isBlank()) { // the service would make one up, which nobody wants who left a variable unset
            throw cli.usage("the new name is empty or nothing but spaces; write one of 1 to 80 characters");
        }
        try (MeanwhileClient client = cli.connect()) {
            Session before = new SessionFinder(cli, cli.sessions(client)).findForWork(session);
            UpdateSessionResponse response = client.rename(before.getSessionId(), name);
            cli.changed(before.getSessionId(), response.getSession());
            if (cli.json()) {
                cli.screen().json(response);
            } else {
                cli.screen()
                        .line("session " + Words.session(response.getSession())
                                + (response.getSession().getName().equals(before.getName())
                                        ? " has that name already"
                                        : " was \"" + EscapeFilter.line(before.getName()) + "\" before"));
                SessionFinder.reach(response.getSession().getName()).ifPresent(cli.screen()::note);
            }
            return ExitCode.OK;
        }
    }
}
