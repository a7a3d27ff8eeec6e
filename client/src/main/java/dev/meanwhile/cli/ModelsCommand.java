package dev.meanwhile.cli;

import com.google.protobuf.Timestamp;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.ModelHold;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code models}: which there are and what is known of each. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        description = "Lists the models of the server, when each last answered, and which are held since they don't.")
final class ModelsCommand implements Callable<Integer> {
    /** What is written beside each parameter that names a model. */
    static final String HELP = "The name of a model, as in: " + Cli.NAME + " models";

    private final Cli cli;

    private ModelsCommand(Cli cli) {
        this.cli = cli;
    }

    /** The command with its own commands. */
    static CommandLine line(Cli cli) {
        return new CommandLine(new ModelsCommand(cli))
                .addSubcommand(new ModelsDiscoverCommand(cli))
                .addSubcommand(new ModelsTestCommand(cli))
                .addSubcommand(new ModelsReplaceCommand(cli));
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            ListModelsResponse models = cli.models(client);
            if (cli.json()) {
                cli.screen().json(models);
            } else {
                print(models);
                tellGone(client, models);
            }
            return ExitCode.OK;
        }
    }

    /** Of the sessions in this workspace; the list is whole without it. */
    private void tellGone(MeanwhileClient client, ListModelsResponse models) {
        try {
            new ModelNotes(client, cli)
                    .tellGone(models, cli.sessions(Cli.forAWordMore(client)).sessions());
        } catch (RpcError e) {
            // Said by the commands that need them.
        }
    }

    /** {@code held until 12:03:05 (provider unavailable, 3 failures in a row)}. */
    static String held(ModelHold hold, Cli cli) {
        Instant until = Moment.of(hold.getUntilTime());
        Clock clock = cli.shell().clock();
        String when = until.isAfter(clock.instant())
                ? "held until " + Moment.clock(until, clock.getZone())
                : "held, tried again now or with the next message";
        return when + " (" + Words.value(hold.getReason(), "FAILURE_REASON_") + ", "
                + Words.count(hold.getFailuresInRow(), "failure") + " in a row)";
    }

    static String paused(Cli cli) {
        return "the workers are paused, so nothing is started; end that with: " + cli.command("resume");
    }

    /** What is known of it, not what is hoped. */
    private String state(Model model) {
        if (model.hasHold()) {
            return held(model.getHold(), cli);
        }
        if (!model.hasLastAttemptTime()) {
            return "not tried yet";
        }
        String tried = ago(model.getLastAttemptTime());
        if (!model.hasLastAnswerTime()) {
            return "no answer yet, tried " + tried;
        }
        String answered = "answered " + ago(model.getLastAnswerTime());
        boolean since = Moment.of(model.getLastAttemptTime()).isAfter(Moment.of(model.getLastAnswerTime()));
        return since ? answered + ", tried " + tried : answered;
    }

    private String ago(Timestamp time) {
        return Moment.age(time, cli.shell().clock().instant()) + " ago";
    }

    private void print(ListModelsResponse response) {
        Screen screen = cli.screen();
        List<Model> models = response.getModelsList();
        Table table = new Table();
        table.row("NAME", "ADAPTER", "WINDOW", "WORKERS", "STATE");
        for (Model model : models) {
            table.row(
                    EscapeFilter.line(model.getName()),
                    EscapeFilter.line(model.getAdapter()),
                    model.getContextWindowTokens() + " tokens",
                    String.valueOf(model.getWorkers()),
                    state(model) + (model.getDefaultModel() ? ", the default" : ""));
        }
        List<String> lines = table.lines();
        screen.line(screen.styled(Style.DIM, lines.getFirst()));
        for (int i = 0; i < models.size(); i++) {
            String line = lines.get(i + 1);
            screen.line(models.get(i).hasHold() ? screen.styled(Style.YELLOW, line) : line);
        }
        if (response.getWorkersPaused()) {
            screen.line(screen.styled(Style.YELLOW, paused(cli)));
        }
    }
}
