package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.GetServerInfoResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code version}: of this program and of the server, if there is one. */
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Prints the version of this program and, if one answers, of the server.")
final class VersionCommand implements Callable<Integer> {
    private final Cli cli;

    VersionCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        Screen screen = cli.screen();
        if (!cli.json()) {
            screen.line(new Version().getVersion()[0]);
        }
        try (MeanwhileClient client = cli.connect()) {
            GetServerInfoResponse info = client.serverInfo();
            if (cli.json()) {
                screen.json(info);
            } else {
                screen.line("server at " + cli.address() + ": " + EscapeFilter.line(info.getVersion()) + ", up since "
                        + Moment.shown(info.getStartTime(), cli.shell().clock().getZone()));
            }
        } catch (RpcError e) {
            if (cli.json() || !e.isNoServer()) {
                throw e;
            }
            screen.note("no server at " + cli.address());
        }
        return ExitCode.OK;
    }
}
