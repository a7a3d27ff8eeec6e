package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.ModelHold;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code models}: which there are and whether they serve. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        description = "Lists the models of the server, and says which of them are held since they don't answer.")
final class ModelsCommand implements Callable<Integer> {
    private final Cli cli;

    private ModelsCommand(Cli cli) {
        this.cli = cli;
    }

    /** The command with its own commands. */
    static CommandLine line(Cli cli) {
        return new CommandLine(new ModelsCommand(cli))
                .addSubcommand(new ModelsDiscoverCommand(cli))
                .addSubcommand(new ModelsTestCommand(cli));
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            ListModelsResponse models = cli.models(client);
            if (cli.json()) {
                cli.screen().json(models);
            } else {
                print(models.getModelsList());
            }
            return ExitCode.OK;
        }
    }

    /** {@code held until 12:03:05 (provider unavailable, 3 failures in a row)}. */
    static String held(ModelHold hold, Cli cli) {
        String until = Moment.shown(hold.getUntilTime(), cli.shell().clock().getZone());
        return "held until " + until.substring(until.indexOf(' ') + 1, until.indexOf('.')) + " ("
                + Words.value(hold.getReason(), "FAILURE_REASON_") + ", "
                + Words.count(hold.getFailuresInRow(), "failure") + " in a row)";
    }

    private void print(List<Model> models) {
        Screen screen = cli.screen();
        Table table = new Table();
        table.row("NAME", "ADAPTER", "WINDOW", "WORKERS", "STATE");
        for (Model model : models) {
            String state = model.hasHold() ? held(model.getHold(), cli) : "serves";
            table.row(
                    EscapeFilter.line(model.getName()),
                    EscapeFilter.line(model.getAdapter()),
                    model.getContextWindowTokens() + " tokens",
                    String.valueOf(model.getWorkers()),
                    model.getDefaultModel() ? state + ", the default" : state);
        }
        List<String> lines = table.lines();
        screen.line(screen.styled(Style.DIM, lines.getFirst()));
        for (int i = 0; i < models.size(); i++) {
            String line = lines.get(i + 1);
            screen.line(models.get(i).hasHold() ? screen.styled(Style.YELLOW, line) : line);
        }
    }
}
