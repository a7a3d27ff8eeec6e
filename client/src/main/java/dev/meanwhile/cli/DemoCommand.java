package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code demo}: a server of its own, the story, and nothing left behind. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what this is about, from end to end.",
            "It starts a server of its own on a free port, with a folder that is removed",
            "again. The story is on stdout, the server's log on stderr. It needs nothing",
            "running, no key and no network."
        })
final class DemoCommand implements Callable<Integer> {
    /** With what the server may take to stop, a minute in all. */
    private static final Duration LONGEST = Duration.ofSeconds(38);

    private final Cli cli;

    DemoCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonPrinter.refuse(cli, "the demo tells a story in words");
        String launcher = System.getProperty("meanwhile.serve");
        if (launcher == null) {
            throw new UserError("the demo does not know how to start a server; run it as: " + Cli.NAME + " demo");
        }
        return play(Path.of(launcher), LONGEST);
    }

    int play(Path launcher, Duration limit) throws InterruptedException {
        Screen screen = cli.screen();
        screen.line(
                screen.styled(Style.BOLD, "Meanwhile: two sessions, one question in each, and you only look at one."));
        screen.line(
                "A server is starting. The lines that begin with a time are its log, on stderr (2>/dev/null hides them).");
        try (DemoServer server = DemoServer.start(launcher)) {
            FutureTask<@Nullable Void> story = new FutureTask<>(() -> {
                tell(server);
                return null;
            });
            Thread.ofPlatform().daemon().name("demo-story").start(story);
            await(story, limit);
            server.stop();
        } catch (IOException e) {
            throw new UserError("the demo's server could not be run: " + e.getMessage());
        }
        DemoStory.whatNext(screen);
        return ExitCode.OK;
    }

    private void tell(DemoServer server) throws IOException, InterruptedException {
        try (MeanwhileClient client = MeanwhileClient.connect(server.awaitAddress(), "demo")) {
            new DemoStory(client, cli).tell();
        }
    }

    private void await(FutureTask<@Nullable Void> story, Duration limit) throws InterruptedException {
        try {
            story.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            story.cancel(true);
            throw new UserError(
                    "the demo did not come to its end within " + limit.toSeconds() + " s; the log above may say why");
        } catch (ExecutionException e) {
            throw new UserError("the demo failed: " + words(e.getCause()));
        }
    }

    private String words(@Nullable Throwable failure) {
        return switch (failure) {
            case RpcError e -> Failures.words(e, cli);
            case UserError e -> String.valueOf(e.getMessage());
            case IOException e -> String.valueOf(e.getMessage());
            case null, default -> failure == null ? "for no known reason" : String.valueOf(failure.getMessage());
        };
    }
}
