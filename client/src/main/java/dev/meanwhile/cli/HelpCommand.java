package dev.meanwhile.cli;

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

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "Which one; default: an overview.")
    private @Nullable String command;

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
        CommandLine all = spec.parent().commandLine();
        if (command != null && OF_THE_SERVER.contains(command)) {
            cli.screen().line("see: " + Cli.NAME + " " + command + " --help");
            return ExitCode.OK;
        }
        CommandLine wanted = command == null ? all : all.getSubcommands().get(command);
        if (wanted == null) {
            throw new UnmatchedArgumentException(all, List.of(command));
        }
        wanted.usage(
                cli.screen().outWriter(),
                CommandLine.Help.defaultColorScheme(
                        cli.screen().hasColours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        return ExitCode.OK;
    }
}
