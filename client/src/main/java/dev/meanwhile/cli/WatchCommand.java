package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code watch}: tells what happens in the workspace, as it happens. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = {
            "Tells what happens in all sessions of the workspace, a line for each change and each notification.",
            "After a lost connection it goes on by itself. It reads no answers and marks nothing as read."
        },
        footer = {
            "%nCMD is run by /bin/sh, one run after the other, each for at most 30 s. At most 1,000",
            "wait; more are left out, with a word on stderr, as there is if it fails. What it prints",
            "goes to stderr. It finds in its environment: MEANWHILE_SESSION, MEANWHILE_SESSION_NAME,",
            "MEANWHILE_MESSAGE, MEANWHILE_STATE (completed, failed or cancelled),",
            "MEANWHILE_NOTIFICATION (its number), MEANWHILE_SERVER and MEANWHILE_WORKSPACE."
        })
final class WatchCommand implements Callable<Integer> {
    private static final String AUTO = "auto";
    private final Cli cli;

    @Option(
            names = "--notify",
            paramLabel = "HOW",
            description = "How the terminal calls you: auto (default), osc9, osc777, bell or off.")
    private String notify = AUTO;

    @Option(names = "--exec", paramLabel = "CMD", description = "Run this once for each new notification.")
    private @Nullable String command;

    @Option(
            names = "--include-pending",
            description = "Run it for those that are there at the start too, the newest 1,000.")
    private boolean includePending;

    WatchCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (includePending && command == null) {
            throw cli.usage("--include-pending goes with --exec");
        }
        if (command != null && command.isBlank()) {
            throw cli.usage("--exec needs a command to run; it is empty");
        }
        TerminalNotice notice = notice();
        try (MeanwhileClient client = cli.connect()) {
            if (command == null) {
                return watch(client, notice, Optional.empty());
            }
            try (NotificationExec exec = new NotificationExec(command, cli)) {
                return watch(client, notice, Optional.of(exec));
            }
        }
    }

    private int watch(MeanwhileClient client, TerminalNotice notice, Optional<NotificationExec> exec)
            throws InterruptedException {
        WatchReport report = new WatchReport(cli, notice, exec, includePending, new ModelNotes(client, cli));
        return InterruptHint.during(
                cli.screen(),
                () -> "nothing is lost; what comes meanwhile is in: " + cli.command("notifications") + "; go on with: "
                        + again(),
                () -> {
                    client.workspace(report).follow();
                    return ExitCode.OK;
                });
    }

    /** The command that goes on as this one; the command is not run again for what is there. */
    private String again() {
        String how = notify.equals(AUTO) ? "watch" : "watch --notify=" + Cli.quoted(notify);
        return cli.command(command == null ? how : how + " --exec " + Cli.quoted(command));
    }

    private TerminalNotice notice() {
        if (notify.equals(AUTO)) {
            return TerminalNotice.fitting(cli.shell().environment());
        }
        try {
            return TerminalNotice.valueOf(notify.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw cli.usage(
                    "--notify: \"" + notify + "\" is no way to call you; choose auto, osc9, osc777, bell or off");
        }
    }
}
