package dev.meanwhile.cli;

import dev.meanwhile.client.DigestMismatchException;
import dev.meanwhile.client.RpcError;
import io.grpc.Status;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns what a command threw into words and an exit code; the only place that does. */
final class Failures implements IExecutionStrategy, IExecutionExceptionHandler, IParameterExceptionHandler {
    private final Cli cli;
    private final Screen screen;

    Failures(Cli cli) {
        this.cli = cli;
        this.screen = cli.screen();
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult result) {
        return switch (failure) {
            case ParameterException e ->
                handleParseException(e, result.originalArgs().toArray(String[]::new));
            case RpcError e
            when e.isNoServer() -> {
                if (hasCause(e, UnknownHostException.class)) {
                    screen.error("meanwhile: there is no host named "
                            + EscapeFilter.line(cli.address().host()));
                    yield ExitCode.NO_SERVER;
                }
                String address = String.valueOf(cli.address());
                String elsewhere = address.equals(Target.DEFAULT_SERVER) ? "" : " --grpc " + address;
                screen.error("meanwhile: no server at " + address + "; start it with: " + Cli.NAME + " serve"
                        + elsewhere + " (one that is just starting or stopping needs a moment)");
                yield ExitCode.NO_SERVER;
            }
            case RpcError e
            when e.reason().isEmpty() && String.valueOf(e.getMessage()).contains("http2 exception") ->
                failed(cli.address() + " does not speak gRPC; is that the port of the metrics? gRPC is at "
                        + Target.DEFAULT_SERVER + " by default");
            case RpcError e
            when e.reason().isEmpty() && e.code() == Status.Code.DEADLINE_EXCEEDED ->
                failed("no answer from " + cli.address() + " in "
                        + cli.patienceSeconds()
                        + " s; if it was a change, whether it took effect is unknown; check that this is the gRPC address of a Meanwhile"
                        + " server, and what the server's log says");
            case RpcError e -> failed(words(e, cli));
            case UserError e -> failed(e.getMessage());
            case DigestMismatchException e -> failed(e.getMessage());
            case Screen.OutputGone e -> outputGone(e);
            case InterruptedException e -> failed("interrupted");
            default -> {
                screen.error("meanwhile: a fault of the program; please report it");
                failure.printStackTrace(command.getErr());
                yield ExitCode.FAILED;
            }
        };
    }

    @Override
    public int execute(ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (Screen.OutputGone e) { // of a help, which picocli prints before it runs anything
            return outputGone(e);
        }
    }

    private int outputGone(Screen.OutputGone e) {
        if (!e.isUnread()) {
            failed("the output can't be written: " + e.words());
        }
        return ExitCode.FAILED;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        screen.error("meanwhile: " + EscapeFilter.line(UsageWords.of(failure, List.of(args))));
        screen.error("see: " + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static boolean hasCause(Throwable failure, Class<? extends Throwable> kind) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private int failed(@Nullable String words) {
        screen.error("meanwhile: " + EscapeFilter.line(String.valueOf(words)));
        return ExitCode.FAILED;
    }

    /** What happened and what to type; the reason behind it is what one searches the documentation for. */
    static String words(RpcError error, Cli cli) {
        String advice = advice(error.reason(), error.metadata(), cli);
        return (advice == null ? error.getMessage() : advice)
                + (error.reason().isEmpty() ? "" : " [" + error.reason() + "]");
    }

    /** Where the server's words name calls of its contract, the commands instead; null if they do not. */
    private static @Nullable String advice(String reason, Map<String, String> about, Cli cli) {
        String session = about.getOrDefault("session_id", "");
        return switch (reason) {
            case "MODEL_UNKNOWN" ->
                "no model named '" + about.get("model") + "' is configured; the names are in: " + cli.command("models");
            case "SESSION_NOT_FOUND" ->
                "no session '" + session + "' in this workspace; they are in: " + cli.command("sessions");
            case "MESSAGE_NOT_FOUND" ->
                "no message '" + about.get("message_id") + "' in this workspace; those of a session are in: "
                        + cli.command("history SESSION");
            case "SESSION_EXISTS" -> "the id '" + session + "' is taken; choose another, or leave out --id";
            case "NAME_TAKEN" -> "an open session is already named '" + about.get("name") + "'; choose another name";
            case "SESSION_CLOSED" ->
                "session " + cli.seen(session).map(Words::session).orElse("'" + session + "'")
                        + " is closed; read it with: "
                        + cli.command("history "
                                + cli.seen(session)
                                        .map(s -> String.valueOf(s.getNumber()))
                                        .orElse(session))
                        + "; to go on make another with: " + cli.command("new");
            case "WORKSPACE_QUOTA" ->
                "this workspace holds " + about.get("limit") + " unended messages, its limit; try again later, or"
                        + " cancel some with: " + cli.command("cancel --queued SESSION");
            case "LOG_CORRUPT" ->
                "0".equals(about.get("sequence"))
                        ? "the system instruction of session '" + session
                                + "' is damaged and is not served; make another session with: "
                                + cli.command("new --system TEXT")
                        : "the log of session '" + session + "' is damaged up to entry " + about.get("sequence")
                                + " and that part is not served; go on behind it with: "
                                + cli.command("tail " + session + " --after " + about.get("sequence"));
            case "DRAINING" ->
                "the server at " + cli.address() + " is stopping and takes no new calls; try again in a moment";
            case "CALL_TIMEOUT" ->
                "the server took too long; if it was a change, whether it took effect is unknown; look with: "
                        + cli.command("sessions");
            case "STORAGE_UNAVAILABLE" ->
                "the server can't use its store now, so nothing was done; its log says whether the disk is full or"
                        + " the database is damaged";
            default -> null;
        };
    }
}
