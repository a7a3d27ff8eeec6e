package dev.meanwhile.cli;

import dev.meanwhile.client.ClientConfig;
import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.LogListener;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.ServerAddress;
import dev.meanwhile.client.SessionList;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.Session;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
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
        commandListHeading = "%nCommands:%n"
                + "  serve          Runs the server; see: bin/meanwhile serve --help%n"
                + "  compact        Takes what was deleted out of the stopped server's files.%n",
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

    /** Less is worse than no word from a server that is busy; more would keep a command too long that is done. */
    private static final Duration WORD_MORE = Duration.ofSeconds(3);

    private final Shell shell;
    private final ClientConfig patience;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--server",
            paramLabel = "HOST:PORT",
            scope = ScopeType.INHERIT,
            description = "Where the server is; default: MEANWHILE_SERVER, else the profile, else "
                    + Target.DEFAULT_SERVER + ".")
    private @Nullable String server;

    @Option(
            names = "--workspace",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Whose sessions; default: MEANWHILE_WORKSPACE, else the profile, else \"default\".")
    private @Nullable String workspace;

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            scope = ScopeType.INHERIT,
            description = "Server and workspace by the name of a profile, for this command.")
    private @Nullable String profile;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Print the messages of the service as proto JSON, one a line.")
    private boolean json;

    /** Made when it is first asked for: before that the options are not read yet. */
    private @Nullable Target target;

    private List<Session> seen = List.of();

    Cli(Shell shell) {
        this(shell, ClientConfig.defaults());
    }

    private Cli(Shell shell, ClientConfig patience) {
        this.shell = shell;
        this.patience = patience;
    }

    /** The whole command line, ready to execute. */
    static CommandLine over(Shell shell) {
        return over(shell, ClientConfig.defaults());
    }

    static CommandLine over(Shell shell, ClientConfig patience) {
        return over(shell, patience, Commands.all());
    }

    /** With what these arguments need of it, ready to execute them. */
    static CommandLine over(Shell shell, String... args) {
        return over(shell, ClientConfig.defaults(), Commands.neededFor(args));
    }

    private static CommandLine over(Shell shell, ClientConfig patience, Collection<Function<Cli, Object>> commands) {
        Cli cli = new Cli(shell, patience);
        CommandLine line = new CommandLine(cli);
        commands.forEach(command -> line.addSubcommand(command.apply(cli)));
        CommandLine.Help.Ansi ansi = shell.screen().hasColours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
        Failures failures = new Failures(cli);
        // A text may begin with @; it names no file of ours.
        return line.setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .setOut(shell.screen().outWriter())
                .setErr(shell.screen().errWriter())
                .setUsageHelpWidth(100)
                .setExecutionStrategy(failures)
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

    /** Those of the command line that say where a server is. */
    Target.Options options() {
        return new Target.Options(server, workspace, profile);
    }

    MeanwhileClient connect() {
        ServerAddress address = address();
        ClientConfig config = patience;
        if (screen().isWatched()) {
            String word = "no answer from " + address + " yet; waiting up to " + patienceSeconds() + " s";
            config = config.onSilence(new OnceSaid(screen(), word));
        }
        return MeanwhileClient.connect(address, target().workspace(), config);
    }

    /** For what is only a word more: nobody waits for it as long as for the command's own calls. */
    static MeanwhileClient forAWordMore(MeanwhileClient client) {
        return client.within(WORD_MORE);
    }

    /** The session of this id, if this command has asked for the sessions. */
    Optional<Session> seen(String sessionId) {
        return seen.stream().filter(s -> s.getSessionId().equals(sessionId)).findFirst();
    }

    long patienceSeconds() {
        return patience.callTimeout().toSeconds();
    }

    /** All sessions, remembered for the completion of their names. */
    SessionList sessions(MeanwhileClient client) {
        return sessions(client, page -> {});
    }

    SessionList sessions(MeanwhileClient client, Consumer<ListSessionsResponse> pages) {
        SessionList list = client.sessions(pages);
        seen = list.sessions();
        new CompletionCache(shell.environment()).sessions(target(), list.sessions());
        return list;
    }

    /** So that Tab offers one of the sessions that this command has asked for as it is now; null = it is deleted. */
    void changed(String sessionId, @Nullable Session now) {
        Stream<Session> others = seen.stream().filter(s -> !s.getSessionId().equals(sessionId));
        List<Session> sessions = Stream.concat(others, Stream.ofNullable(now)).toList();
        new CompletionCache(shell.environment()).sessions(target(), sessions);
    }

    void added(Session session) {
        new CompletionCache(shell.environment()).added(target(), session);
    }

    /** The models of the server, remembered for the completion of their names. */
    ListModelsResponse models(MeanwhileClient client) {
        ListModelsResponse models = client.models();
        new CompletionCache(shell.environment()).models(target(), models.getModelsList());
        return models;
    }

    /** Empty = the one called "default". */
    String workspace() {
        return target().workspace();
    }

    /** How to type another command so that it reaches the same place as this one. */
    String command(String words) {
        StringBuilder line = new StringBuilder(NAME);
        if (profile != null) {
            line.append(" --profile ").append(quoted(profile));
        }
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

    private Target target() {
        if (target == null) {
            target = Target.of(options(), shell.environment());
        }
        return target;
    }

    ServerAddress address() {
        try {
            return target().address();
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    /** A fault of the command line that picocli can't find by itself. */
    ParameterException usage(String message) {
        if (spec == null) {
            throw new IllegalStateException(message);
        }
        CommandLine.ParseResult parsed = spec.commandLine().getParseResult();
        // The page to see is that of the command that ran.
        return new ParameterException(
                parsed == null ? spec.commandLine() : parsed.asCommandLineList().getLast(), message);
    }
}
