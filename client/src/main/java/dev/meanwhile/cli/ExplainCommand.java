package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.ExplainMessageResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code explain}: what was decided about a message and why. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Tells the life of one message stage by stage, as in the server's log.")
final class ExplainCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(paramLabel = "MESSAGE_ID", description = "As send prints it.")
    private String messageId = "";

    ExplainCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            ExplainMessageResponse response = client.explain(messageId);
            if (cli.json()) {
                cli.screen().json(response);
            } else {
                new Explanation(cli.shell().clock().getZone())
                        .lines(response)
                        .forEach(line -> cli.screen().line(EscapeFilter.line(line)));
            }
            return ExitCode.OK;
        }
    }
}
