package dev.meanwhile.cli;

import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.FollowEnd;
import dev.meanwhile.client.FollowRequest;
import dev.meanwhile.client.LogFollower;
import dev.meanwhile.client.LogListener;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.Session;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tail}: follows what a session, or one message of it, answers. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what a session answers, as it comes, and marks it as read.",
            "After a lost connection it goes on by itself; each whole answer is checked",
            "against its digest. Ctrl-C ends it and says how to go on."
        },
        footer = "%nInto a pipe each answer is printed when it has ended.")
final class TailCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(
            arity = "0..1",
            paramLabel = "SESSION",
            description = "Number, id or name, or how one of these begins; default: the active one.")
    private @Nullable String session;

    @Option(names = "--message", paramLabel = "ID", description = "Only this message, from its beginning to its end.")
    private @Nullable String messageId;

    @Option(
            names = "--after",
            paramLabel = "N",
            description = "Begin behind this entry of the log; default: behind what was read, 0 with --message.")
    private @Nullable Long after;

    TailCommand(Cli cli) {
        this.cli = cli;
    }

    /** The command that goes on with one message. */
    static String resume(String messageId, Cursor position) {
        return Cli.NAME + " tail --message " + messageId + " --after " + position.sequence();
    }

    @Override
    public Integer call() throws InterruptedException {
        if (after != null && after < 0) {
            throw cli.usage("--after counts entries from 0");
        }
        try (MeanwhileClient client = cli.connect()) {
            return messageId == null ? followSession(client) : followMessage(client, messageId);
        }
    }

    private int followSession(MeanwhileClient client) throws InterruptedException {
        SessionFinder finder = new SessionFinder(client.sessions());
        Session target = session == null ? finder.active() : finder.find(session);
        String id = target.getSessionId();
        long start = after == null ? target.getReadSequence() : after;
        ReadMarks marks = new ReadMarks(client, cli.screen());
        LogListener printer = cli.printer(true, through -> marks.session(id, through));
        LogFollower log = client.log(FollowRequest.session(id, new Cursor(target.getEpoch(), start)), printer);
        cli.screen().note("following session " + Words.session(target) + "; end with Ctrl-C");
        return follow(
                log,
                () -> Cli.NAME + " tail " + target.getNumber() + " --after "
                        + log.position().sequence());
    }

    private int followMessage(MeanwhileClient client, String message) throws InterruptedException {
        String id = session == null
                ? client.message(message).getMessage().getSessionId()
                : new SessionFinder(client.sessions()).find(session).getSessionId();
        ReadMarks marks = new ReadMarks(client, cli.screen());
        FollowRequest wanted = FollowRequest.message(id, message, new Cursor("", after == null ? 0 : after));
        LogFollower log = client.log(wanted, cli.printer(false, through -> marks.message(id, through)));
        return follow(log, () -> resume(message, log.position()));
    }

    private int follow(LogFollower log, Supplier<String> resume) throws InterruptedException {
        FollowEnd end =
                InterruptHint.during(cli.screen(), () -> "nothing is lost; go on with: " + resume.get(), log::follow);
        cli.screen().closeLine();
        return switch (end) {
            case MESSAGE_ENDED -> ExitCode.OK;
            case CAUGHT_UP -> {
                cli.screen().note("nothing more can come");
                yield ExitCode.OK;
            }
            case SESSION_DELETED -> throw new UserError("the session was deleted");
        };
    }
}
