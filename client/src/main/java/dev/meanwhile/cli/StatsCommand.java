package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.GetQueueStatsResponse;
import dev.meanwhile.v1.ListWorkersResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stats}: what waits and what runs, on the whole server. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        description = "Shows what waits and what runs on the whole server, by model and by workspace.")
final class StatsCommand implements Callable<Integer> {
    private static final Duration EVERY = Duration.ofSeconds(2);

    private final Cli cli;

    @Option(names = "--watch", description = "Again every 2 s, until Ctrl-C.")
    private boolean watch;

    StatsCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (MeanwhileClient client = cli.connect()) {
            print(client);
            return watch
                    ? InterruptHint.during(
                            cli.screen(), () -> "go on with: " + cli.command("stats --watch"), () -> again(client))
                    : ExitCode.OK;
        }
    }

    /** A server that is away for a while ends nothing: whoever watches wants to see it come back. */
    private int again(MeanwhileClient client) throws InterruptedException {
        boolean lost = false;
        while (true) {
            Thread.sleep(EVERY);
            try {
                print(client);
                lost = false;
            } catch (RpcError e) {
                if (!lost) {
                    cli.screen().error("meanwhile: " + EscapeFilter.line(Failures.words(e, cli)) + "; trying again");
                }
                lost = true;
            }
        }
    }

    private void print(MeanwhileClient client) {
        GetQueueStatsResponse stats = client.operator().queueStats();
        ListWorkersResponse workers = client.operator().workers();
        if (cli.json()) {
            cli.screen().json(stats);
            if (workers.getAnswersCount() > 0) { // else "{}", which says nothing
                cli.screen().json(workers);
            }
        } else {
            new StatsPage(cli).print(stats, workers);
        }
    }
}
