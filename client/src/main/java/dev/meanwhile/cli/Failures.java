package dev.meanwhile.cli;

import dev.meanwhile.client.DigestMismatchException;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.client.ServerAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what a command threw into words and an exit code; the only place that does. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final Screen screen;
    private final Supplier<ServerAddress> server;

    Failures(Screen screen, Supplier<ServerAddress> server) {
        this.screen = screen;
        this.server = server;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult result) {
        return switch (failure) {
            case ParameterException e ->
                handleParseException(e, result.originalArgs().toArray(String[]::new));
            case RpcError e
            when e.isNoServer() -> {
                String address = String.valueOf(server.get());
                String elsewhere = address.equals(Cli.DEFAULT_SERVER) ? "" : " --grpc " + address;
                screen.error("no server at " + address + "; start it with: " + Cli.NAME + " serve" + elsewhere);
                yield ExitCode.NO_SERVER;
            }
            case RpcError e
            when e.reason().isEmpty() && String.valueOf(e.getMessage()).contains("http2 exception") ->
                failed(server.get() + " does not speak gRPC; is that the port of the metrics? gRPC is at "
                        + Cli.DEFAULT_SERVER + " by default");
            case RpcError e -> failed(words(e));
            case UserError e -> failed(e.getMessage());
            case DigestMismatchException e -> failed(e.getMessage());
            case Screen.OutputGone e -> ExitCode.FAILED;
            case InterruptedException e -> failed("interrupted");
            default -> {
                screen.error("meanwhile: a fault of the program; please report it");
                failure.printStackTrace(command.getErr());
                yield ExitCode.FAILED;
            }
        };
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        screen.error("meanwhile: " + EscapeFilter.line(String.valueOf(failure.getMessage())));
        UnmatchedArgumentException.printSuggestions(
                failure, failure.getCommandLine().getErr());
        screen.error("see: " + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private int failed(@Nullable String words) {
        screen.error("meanwhile: " + EscapeFilter.line(String.valueOf(words)));
        return ExitCode.FAILED;
    }

    /** The words of the server say what to do; its reason is what one searches the documentation for. */
    static String words(RpcError error) {
        return error.getMessage() + (error.reason().isEmpty() ? "" : " [" + error.reason() + "]");
    }
}
