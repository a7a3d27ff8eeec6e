package dev.meanwhile.cli;

import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.LogListener;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.ServerAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program itself: the options that every command has, and what is shown when none is given. */
@Command(
        name = Cli.NAME,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Keeps LLM chat sessions working while you are somewhere else.",
        commandListHeading =
                "%nCommands:%n  serve, compact  Run the server, or rewrite its files; see: bin/meanwhile help serve%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; what went wrong is on stderr",
            "2:the command line is wrong, or the text to send is empty",
            "3:no server at the address",
            "130:ended by Ctrl-C"
        })
final class Cli implements Runnable {
    /** As people start it. */
    static final String NAME = "bin/meanwhile";

    static final String DEFAULT_SERVER = "127.0.0.1:7420";
    private final Shell shell;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--server",
            paramLabel = "HOST:PORT",
            scope = ScopeType.INHERIT,
            description = "Where the server is; default: MEANWHILE_SERVER, else " + DEFAULT_SERVER + ".")
    private @Nullable String server;

    @Option(
            names = "--workspace",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Whose sessions; default: MEANWHILE_WORKSPACE, else \"default\".")
    private @Nullable String workspace;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Print the messages of the service as proto JSON, one a line.")
    private boolean json;

    Cli(Shell shell) {
        this.shell = shell;
    }

    /** The whole command line, ready to execute. */
    static CommandLine over(Shell shell) {
        Cli cli = new Cli(shell);
        CommandLine line = new CommandLine(cli);
        for (Object command : List.of(
                new DemoCommand(cli),
                new NewCommand(cli),
                new SessionsCommand(cli),
                new SwitchCommand(cli),
                new SendCommand(cli),
                new TailCommand(cli),
                new HistoryCommand(cli),
                new WatchCommand(cli),
                new NotificationsCommand(cli),
                new CancelCommand(cli),
                new ExplainCommand(cli),
                new RenameCommand(cli),
                new CloseCommand(cli),
                new DeleteCommand(cli),
                ModelsCommand.line(cli),
                new StatsCommand(cli),
                new PauseCommand(cli),
                new ResumeCommand(cli),
                new LogLevelCommand(cli),
                new VersionCommand(cli),
                new HelpCommand(cli))) {
            line.addSubcommand(command);
        }
        CommandLine.Help.Ansi ansi = shell.screen().hasColours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
        Failures failures = new Failures(cli);
        return line.setExpandAtFiles(false) // "send @mail" means these characters, not a file of that name
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .setOut(shell.screen().outWriter())
                .setErr(shell.screen().errWriter())
                .setUsageHelpWidth(100)
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures);
    }

    @Override
    public void run() {
        Welcome.print(shell.screen());
    }

    Shell shell() {
        return shell;
    }

    Screen screen() {
        return shell.screen();
    }

    boolean json() {
        return json;
    }

    /** Prints a stream the way that was asked for. */
    LogListener printer(boolean manyMessages, Consumer<Cursor> afterEnd) {
        return json ? new JsonPrinter(screen(), afterEnd) : new AnswerPrinter(screen(), manyMessages, afterEnd);
    }

    MeanwhileClient connect() {
        return MeanwhileClient.connect(address(), workspace());
    }

    /** Empty = the one called "default". */
    String workspace() {
        return given(workspace, "MEANWHILE_WORKSPACE", "");
    }

    /** How to type another command so that it reaches the same place as this one. */
    String command(String words) {
        StringBuilder line = new StringBuilder(NAME);
        if (server != null) {
            line.append(" --server ").append(quoted(server));
        }
        if (workspace != null) {
            line.append(" --workspace ").append(quoted(workspace));
        }
        return line.append(' ').append(words).toString();
    }

    /** As one word of a shell's line. */
    static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:@%+,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    ServerAddress address() {
        String text = given(server, "MEANWHILE_SERVER", DEFAULT_SERVER);
        try {
            return ServerAddress.parse(text);
        } catch (IllegalArgumentException e) {
            String source = server == null ? "MEANWHILE_SERVER" : "--server";
            throw usage(source + " = " + text + ": " + e.getMessage());
        }
    }

    /** A fault of the command line that picocli can't find by itself. */
    ParameterException usage(String message) {
        if (spec == null) {
            throw new IllegalStateException(message);
        }
        return new ParameterException(spec.commandLine(), message);
    }

    private String given(@Nullable String option, String variable, String fallback) {
        if (option != null) {
            return option;
        }
        String value = shell.environment().apply(variable);
        return value == null || value.isEmpty() ? fallback : value;
    }
}
