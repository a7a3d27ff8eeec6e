package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.CreateSessionResponse;
import dev.meanwhile.v1.Session;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code new}: makes a session. */
@Command(
        name = "new",
        mixinStandardHelpOptions = true,
        description = "Makes a session. It becomes the active one if there is none.",
        footer = "%nInto a pipe it prints the id of the session.")
final class NewCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Its name; default: a friendly one.")
    private @Nullable String name;

    @Option(names = "--switch", description = "Make it the active one in any case.")
    private boolean switchTo;

    @Option(names = "--id", paramLabel = "ID", description = "Its id: 1 to 64 of A-Z a-z 0-9 _ and -.")
    private @Nullable String id;

    @Option(names = "--model", paramLabel = "MODEL", description = "Which model answers; default: the server's.")
    private @Nullable String model;

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told before the conversation.")
    private @Nullable String system;

    NewCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (name != null && name.isBlank()) { // a script left a variable unset
            throw cli.usage("the name is empty or nothing but spaces; write one, or leave it out for a friendly one");
        }
        try (MeanwhileClient client = cli.connect()) {
            CreateSessionResponse created = client.createSession(request());
            Session session = created.getSession();
            cli.added(session);
            if (switchTo && !session.getActive()) {
                session = client.switchSession(session.getSessionId()).getSession();
            }
            if (cli.json()) {
                // The answer to the call, with what the switch made of the session.
                cli.screen().json(created.toBuilder().setSession(session));
            } else {
                print(session);
            }
            return ExitCode.OK;
        }
    }

    private CreateSessionRequest request() {
        CreateSessionRequest.Builder request = CreateSessionRequest.newBuilder();
        if (name != null) {
            request.setName(name);
        }
        if (id != null) {
            request.setSessionId(id);
        }
        if (model != null) {
            request.setModel(model);
        }
        if (system != null) {
            request.setSystemInstruction(system);
        }
        return request.build();
    }

    private void print(Session session) {
        Screen screen = cli.screen();
        if (!screen.isTerminal()) {
            screen.line(session.getSessionId());
            return;
        }
        screen.line("session " + Words.session(session) + ", " + Words.state(session) + ", model "
                + EscapeFilter.line(session.getModel()));
        SessionFinder.reach(session.getName()).ifPresent(screen::note);
        screen.note(
                session.getActive()
                        ? "ask in it with: " + cli.command("send TEXT")
                        : "ask in it with: " + cli.command("send -s " + session.getNumber() + " TEXT"));
    }
}
