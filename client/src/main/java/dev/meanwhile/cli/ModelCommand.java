package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.UpdateSessionResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code model}: gives a session another model. */
@Command(
        name = "model",
        mixinStandardHelpOptions = true,
        description = {
            "Gives a session another model, also for what waits in it.",
            "An answer that runs goes on with the one it has. For all sessions of a model: models replace."
        })
final class ModelCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(index = "0", paramLabel = "SESSION", description = SessionFinder.HELP)
    private String session = "";

    @Parameters(index = "1", paramLabel = "MODEL", description = ModelsCommand.HELP)
    private String model = "";

    ModelCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        requireName(model, cli);
        try (MeanwhileClient client = cli.connect()) {
            Session before = new SessionFinder(cli, cli.sessions(client)).findForWork(session);
            UpdateSessionResponse response = client.setModel(before.getSessionId(), model);
            if (cli.json()) {
                cli.screen().json(response);
            } else {
                String has = response.getSession().getModel();
                cli.screen()
                        .line("session " + Words.session(response.getSession()) + " has model " + EscapeFilter.line(has)
                                + (has.equals(before.getModel())
                                        ? " already"
                                        : " now, " + EscapeFilter.line(before.getModel()) + " before"));
            }
            return ExitCode.OK;
        }
    }

    /** The service would take its default, which nobody wants who left a variable unset. */
    static void requireName(String model, Cli cli) {
        if (model.isBlank()) {
            throw cli.usage("the model is empty or nothing but spaces; write a name, as in: " + cli.command("models"));
        }
    }
}
