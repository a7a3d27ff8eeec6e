package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import dev.meanwhile.v1.UpdateSessionResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code models replace}: for sessions whose model is no longer configured. */
@Command(
        name = "replace",
        mixinStandardHelpOptions = true,
        description = "Gives every open session of the workspace that has model OLD the model MODEL.")
final class ModelsReplaceCommand implements Callable<Integer> {
    private static final Set<String> GONE = Set.of("SESSION_CLOSED", "SESSION_NOT_FOUND");
    private final Cli cli;

    @Parameters(index = "0", paramLabel = "OLD", description = "The model they have now, configured or not.")
    private String old = "";

    @Parameters(index = "1", paramLabel = "MODEL", description = ModelsCommand.HELP)
    private String model = "";

    ModelsReplaceCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        ModelCommand.requireName(model, cli);
        if (model.equals(old)) {
            throw cli.usage("OLD and MODEL are the same; name the model they have now and the one they are to get");
        }
        try (MeanwhileClient client = cli.connect()) {
            List<Session> affected = cli.sessions(client).sessions().stream()
                    .filter(s -> s.getState() == SessionState.SESSION_STATE_OPEN)
                    .filter(s -> s.getModel().equals(old))
                    .toList();
            int changed = 0;
            for (Session session : affected) {
                changed += change(client, session) ? 1 : 0;
            }
            if (!cli.json()) {
                cli.screen()
                        .line(
                                changed == 0
                                        ? "no open session has model " + EscapeFilter.line(old)
                                        : Words.count(changed, "session") + " changed to model "
                                                + EscapeFilter.line(model));
            }
            return ExitCode.OK;
        }
    }

    /** Whether it was still there and open. */
    private boolean change(MeanwhileClient client, Session session) {
        try {
            UpdateSessionResponse response = client.setModel(session.getSessionId(), model);
            if (cli.json()) {
                cli.screen().json(response);
            }
            return true;
        } catch (RpcError e) {
            if (GONE.contains(e.reason())) {
                return false;
            }
            throw e;
        }
    }
}
