package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.ExplainMessageResponse;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.Session;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code explain}: what was decided about a message and why. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Tells the life of one message stage by stage, as in the server's log.")
final class ExplainCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(arity = "0..1", paramLabel = "MESSAGE", description = "Its id; default: the newest of the session.")
    private @Nullable String messageId;

    @Option(
            names = {"-s", "--session"},
            paramLabel = "SESSION",
            description = SessionFinder.HELP + " Default: the active one.")
    private @Nullable String session;

    ExplainCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (messageId != null && session != null) {
            throw cli.usage("an id says which message it is; leave -s out");
        }
        if (messageId != null && messageId.matches("[0-9]{1,9}")) {
            throw cli.usage("\"" + messageId + "\" is no id of a message; for the newest one of a session: "
                    + cli.command("explain -s " + messageId));
        }
        try (MeanwhileClient client = cli.connect()) {
            ExplainMessageResponse response = client.explain(messageId == null ? newest(client) : messageId);
            if (cli.json()) {
                cli.screen().json(response);
            } else {
                new Explanation(cli)
                        .lines(response)
                        .forEach(line -> cli.screen().line(EscapeFilter.line(line)));
            }
            return ExitCode.OK;
        }
    }

    private String newest(MeanwhileClient client) {
        SessionFinder finder = new SessionFinder(cli, cli.sessions(client));
        Session target = session == null ? finder.active() : finder.find(session);
        ListMessagesRequest newest = ListMessagesRequest.newBuilder()
                .setSessionId(target.getSessionId())
                .setPageSize(1)
                .build();
        return client.messages(newest).getTurnsList().stream()
                .findFirst()
                .map(turn -> turn.getMessage().getMessageId())
                .orElseThrow(() -> new UserError("session " + Words.session(target) + " has no message yet; ask with: "
                        + cli.command("send -s " + target.getNumber() + " TEXT")));
    }
}
