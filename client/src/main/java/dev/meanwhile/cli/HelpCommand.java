package dev.meanwhile.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code help}: what a command does, as its {@code --help} says it. */
@Command(name = "help", mixinStandardHelpOptions = true, description = "Tells what a command does.")
final class HelpCommand implements Callable<Integer> {
    /** Run by the launcher, so picocli does not know them. */
    private static final List<String> OF_THE_SERVER = List.of("serve", "compact");

    private final Cli cli;

    @Parameters(paramLabel = "COMMAND", description = "Which one, as models test; default: an overview.")
    private List<String> path = new ArrayList<>();

    @Spec
    private @Nullable CommandSpec spec;

    HelpCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("made by picocli only");
        }
        JsonPrinter.refuse(cli, "help asks it nothing");
        if (!path.isEmpty() && OF_THE_SERVER.contains(path.getFirst())) {
            cli.screen().line("see: " + Cli.NAME + " " + path.getFirst() + " --help");
            return ExitCode.OK;
        }
        CommandLine wanted = spec.parent().commandLine();
        for (String name : path) {
            if (wanted.getSubcommands().isEmpty()) {
                throw cli.usage("\"" + name + "\" is too much here; "
                        + wanted.getCommandSpec().qualifiedName() + " has no commands of its own");
            }
            CommandLine next = wanted.getSubcommands().get(name);
            if (next == null) {
                throw new UnmatchedArgumentException(wanted, List.of(name));
            }
            wanted = next;
        }
        wanted.usage(
                cli.screen().outWriter(),
                CommandLine.Help.defaultColorScheme(
                        cli.screen().hasColours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        return ExitCode.OK;
    }
}
