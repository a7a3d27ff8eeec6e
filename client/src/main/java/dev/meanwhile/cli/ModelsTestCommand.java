package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.Model;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code models test}: asks a model something and says how fast it answered, or what is wrong. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = {
            "Asks a model a short question through the server, and says how fast it answers or what is wrong.",
            "In a workspace of its own; its session is deleted again."
        })
final class ModelsTestCommand implements Callable<Integer> {
    /** One for all tests: a workspace stays in the database. */
    private static final String WORKSPACE = "models-test";

    private final Cli cli;

    @Parameters(paramLabel = "MODEL", description = ModelsCommand.HELP)
    private String name = "";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to wait for the whole answer; default: ${DEFAULT-VALUE}.",
            defaultValue = "120")
    private int seconds;

    ModelsTestCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (seconds < 1 || seconds > 3_600) {
            throw cli.usage("--timeout takes 1 to 3600 seconds");
        }
        try (MeanwhileClient client = cli.connect()) {
            ListModelsResponse models = cli.models(client);
            Model model = find(models.getModelsList());
            if (models.getWorkersPaused()) {
                throw new UserError(ModelsCommand.paused(cli));
            }
            if (model.hasHold()) {
                cli.screen()
                        .error(Words.hold(
                                        model.getName(),
                                        model.getHold(),
                                        cli.shell().clock().instant())
                                + "; waiting for that");
            }
            return test(client.inWorkspace(WORKSPACE), model);
        }
    }

    private int test(MeanwhileClient client, Model model) throws InterruptedException {
        // Chosen here, so that it can be deleted whatever becomes of the call that makes it.
        String session = WORKSPACE + "-" + UUID.randomUUID().toString().substring(0, 8);
        Thread atExit = new Thread(() -> deleteAtExit(client, session), "models-test-end");
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            return tell(
                    model.getName(),
                    InterruptHint.during(
                            cli.screen(),
                            () -> "the test was ended; nothing is known of model " + EscapeFilter.line(model.getName()),
                            () -> ask(client, session, model)));
        } finally {
            client.deleteSession(session);
            try {
                Runtime.getRuntime().removeShutdownHook(atExit);
            } catch (IllegalStateException e) {
                // An interrupt: the hook is doing the same.
            }
        }
    }

    private ModelTest.Result ask(MeanwhileClient client, String session, Model model) throws InterruptedException {
        client.createSession(CreateSessionRequest.newBuilder()
                .setSessionId(session)
                .setModel(model.getName())
                .build());
        return new ModelTest(client, cli, Duration.ofSeconds(seconds))
                .ask(session, model.getHold().getFailuresInRow());
    }

    private static void deleteAtExit(MeanwhileClient client, String session) {
        try {
            client.deleteSession(session);
        } catch (RpcError e) {
            // The test has ended its connection, having done the same; or there is no server to delete it.
        }
    }

    private int tell(String model, ModelTest.Result result) {
        String words = "model " + EscapeFilter.line(model)
                + switch (result) {
                    case ModelTest.Works(String figures) -> " works: " + figures;
                    case ModelTest.Fails(String why) -> " does not work: " + why;
                };
        boolean works = result instanceof ModelTest.Works;
        if (works && !cli.json()) {
            cli.screen().line(words);
        } else if (!works) {
            cli.screen().error(words);
        }
        return works ? ExitCode.OK : ExitCode.FAILED;
    }

    private Model find(List<Model> models) {
        for (Model model : models) {
            if (model.getName().equals(name)) {
                return model;
            }
        }
        List<String> like = models.stream()
                .map(Model::getName)
                .filter(other -> other.startsWith(name) || SessionFinder.distance(name, other) <= 2)
                .toList();
        String named = (like.isEmpty() ? models.stream().map(Model::getName).toList() : like)
                .stream().limit(5).map(EscapeFilter::line).collect(Collectors.joining(", "));
        throw new UserError("no model \"" + name + "\"; "
                + (like.isEmpty() ? "there are: " + named : "did you mean " + named + "?"));
    }
}
