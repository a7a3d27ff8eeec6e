package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.ResumeWorkersResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code resume}: ends a pause. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = "Ends a pause: the workers of the whole server start what waits.")
final class ResumeCommand implements Callable<Integer> {
    private final Cli cli;

    ResumeCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            ResumeWorkersResponse response = client.operator().resumeWorkers();
            if (cli.json()) {
                cli.screen().json(response);
            } else {
                cli.screen().line(response.getChanged() ? "the workers go on" : "the workers were not paused");
            }
            return ExitCode.OK;
        }
    }
}
