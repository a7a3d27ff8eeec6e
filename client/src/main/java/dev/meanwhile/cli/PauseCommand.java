package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.PauseWorkersResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pause}: nothing new is started any more. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = {
            "Stops the workers of the whole server from starting anything new.",
            "Running answers go on, messages are still accepted, and it holds across restarts of the server."
        })
final class PauseCommand implements Callable<Integer> {
    private final Cli cli;

    PauseCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            PauseWorkersResponse response = client.operator().pauseWorkers();
            if (cli.json()) {
                cli.screen().json(response);
            } else {
                cli.screen().line(response.getChanged() ? "the workers are paused" : "the workers were paused before");
                cli.screen().note("running answers go on; end the pause with: " + cli.command("resume"));
            }
            return ExitCode.OK;
        }
    }
}
