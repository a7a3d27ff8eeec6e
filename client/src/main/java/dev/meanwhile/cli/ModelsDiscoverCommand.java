package dev.meanwhile.cli;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code models discover}: asks an endpoint what models it has, and writes them as configuration. */
@Command(
        name = "discover",
        mixinStandardHelpOptions = true,
        description = {
            "Asks an OpenAI-compatible endpoint for its models, and prints the lines of a configuration file",
            "that make them models of the server. No server is needed."
        },
        footer = "%nExample: bin/meanwhile models discover http://127.0.0.1:8000")
final class ModelsDiscoverCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private final Cli cli;

    @Parameters(paramLabel = "URL", description = "Where the endpoint is, with or without the /v1 at the end.")
    private String url = "";

    @Option(
            names = "--key-env",
            paramLabel = "VARIABLE",
            description = "The environment variable that holds the key, here and in the server.")
    private @Nullable String keyVariable;

    ModelsDiscoverCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonPrinter.refuse(cli, "discover asks another one");
        ModelsEndpoint.Found found = new ModelsEndpoint(key(), PATIENCE).ask(base());
        List<String> lines = ModelLines.of(found.base(), found.ids(), keyVariable);
        lines.forEach(cli.screen()::line);
        cli.screen()
                .error("Put these lines into a file, keep the models you want, and start: " + Cli.NAME
                        + " serve --config FILE; then try: " + Cli.NAME + " models test NAME");
        return ExitCode.OK;
    }

    private URI base() {
        try {
            URI uri = URI.create(url.contains("://") ? url : "http://" + url);
            boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            boolean plain = uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getRawFragment() == null;
            if (web && plain && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw cli.usage("expected a URL such as http://127.0.0.1:8000/v1, without user, query and fragment");
    }

    private @Nullable String key() {
        if (keyVariable == null) {
            return null;
        }
        String key = cli.shell().environment().apply(keyVariable);
        if (key == null || !key.strip().matches("[!-~]{1,4096}")) {
            // Not repeated: it may be the key itself.
            throw cli.usage("--key-env: no environment variable of that name holds a key");
        }
        return key.strip();
    }
}
