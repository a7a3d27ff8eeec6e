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

    @Parameters(arity = "0..1", paramLabel = "SESSION", description = SessionFinder.HELP + " Default: the active one.")
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
    static String resume(Cli cli, String messageId, Cursor position) {
        return cli.command("tail --message " + messageId + " --after " + position.sequence());
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
        SessionFinder finder = new SessionFinder(cli, cli.sessions(client));
        Session target = session == null ? finder.active() : finder.find(session);
        String id = target.getSessionId();
        requireWithin(target);
        long start = after == null ? target.getReadSequence() : after;
        ReadMarks marks = new ReadMarks(client, cli);
        LogListener printer = cli.printer(true, through -> marks.session(id, through));
        cli.screen().status("following session " + Words.session(target) + "; end with Ctrl-C" + held());
        new ModelNotes(client, cli).tellGone(target);
        SessionWait wait = new SessionWait(client, cli);
        try (WaitTeller teller = new WaitTeller(cli, printer, () -> wait.of(client.session(id)))) {
            LogFollower log = client.log(FollowRequest.session(id, new Cursor(target.getEpoch(), start)), teller);
            return follow(
                    log,
                    () -> cli.command("tail " + target.getNumber() + " --after "
                            + log.position().sequence()));
        }
    }

    private int followMessage(MeanwhileClient client, String message) throws InterruptedException {
        String id = client.message(message).getMessage().getSessionId();
        if (session != null) {
            requireIn(id, new SessionFinder(cli, cli.sessions(client)), session);
        }
        requireWithin(client.session(id));
        ReadMarks marks = new ReadMarks(client, cli);
        FollowRequest wanted = FollowRequest.message(id, message, new Cursor("", after == null ? 0 : after));
        LogListener printer = cli.printer(false, through -> marks.message(id, through));
        if (!cli.screen().isTerminal()) {
            cli.screen().status("following message " + message + held());
        }
        SessionWait wait = new SessionWait(client, cli);
        try (WaitTeller teller = new WaitTeller(cli, printer, () -> wait.ofMessage(message))) {
            LogFollower log = client.log(wanted, teller);
            return follow(log, () -> resume(cli, message, log.position()));
        }
    }

    /** Said where an answer is held back until it has ended. */
    private String held() {
        return cli.screen().isTerminal() || cli.json() ? "" : "; into a pipe each answer goes when it has ended";
    }

    private void requireWithin(Session target) {
        if (after != null && after > target.getLastSequence()) {
            throw new UserError("--after " + after + " lies beyond the log of session " + Words.session(target)
                    + ", which ends with entry " + target.getLastSequence());
        }
    }

    private void requireIn(String owner, SessionFinder finder, String wanted) {
        Session named = finder.find(wanted);
        if (!named.getSessionId().equals(owner)) {
            throw new UserError("message " + messageId + " is not of session " + Words.session(named)
                    + "; leave SESSION out: " + cli.command("tail --message " + messageId));
        }
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
