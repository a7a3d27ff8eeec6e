package dev.meanwhile.cli;

import dev.meanwhile.client.Answer;
import dev.meanwhile.client.AnswerEnd;
import dev.meanwhile.client.AnswerFollower;
import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.FollowRequest;
import dev.meanwhile.client.LogListener;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SubmitMessageResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code send}: asks in a session; shows the answer if somebody is looking. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        description = {
            "Asks in a session. In the active one the answer comes at once and is shown on a terminal.",
            "In any other one it is worked out in the background and waits there until you switch to it."
        },
        footer = "%nInto a pipe it prints the id of the message or, with --wait, the answer when it is whole.")
final class SendCommand implements Callable<Integer> {
    private static final int LONGEST_SHOWN = 60;
    private final Cli cli;

    @Option(
            names = {"-s", "--session"},
            paramLabel = "SESSION",
            description = SessionFinder.HELP + " Default: the active one.")
    private @Nullable String session;

    @Option(names = "--wait", description = "Wait for the answer and print it, wherever the session is.")
    private boolean wait;

    @Parameters(
            paramLabel = "TEXT",
            description = {
                "What to ask; \"-\", or nothing and a pipe: what stdin brings.",
                "With a text stdin is not read."
            })
    private List<String> words = new ArrayList<>();

    SendCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() throws InterruptedException {
        String text = MessageText.read(words, cli);
        try (MeanwhileClient client = cli.connect()) {
            SessionFinder finder = new SessionFinder(
                    cli, InterruptHint.during(cli.screen(), () -> "nothing was sent", () -> cli.sessions(client)));
            if (session == null && words.size() > 1 && finder.isOpen(words.getFirst())) {
                throw cli.usage(doubt(words));
            }
            Session target = session == null ? finder.active() : finder.findForWork(session);
            SubmitMessageResponse accepted = InterruptHint.during(
                    cli.screen(),
                    () -> "whether the server took the message is not known; look with: "
                            + cli.command("history " + target.getNumber()),
                    () -> client.submit(target.getSessionId(), text));
            if (cli.json()) {
                cli.screen().json(accepted);
            }
            boolean looking = accepted.getMessage().getRoute() == Route.ROUTE_FOREGROUND
                    && cli.screen().isTerminal()
                    && !cli.json();
            if (wait || looking) {
                return show(client, accepted);
            }
            if (!cli.json()) {
                tell(client, target, accepted);
            }
            return ExitCode.OK;
        }
    }

    /** A forgotten -s must not send to the session in front. */
    private String doubt(List<String> words) {
        String rest = words.subList(1, words.size()).stream().map(Cli::quoted).collect(Collectors.joining(" "));
        String whole = String.join(" ", words);
        String name = words.getFirst();
        return "\"" + name + "\" is a session; to ask there: "
                + cli.command("send " + (name.startsWith("-") ? "--session=" : "-s ") + Cli.quoted(name) + " "
                        + dashes(words.subList(1, words.size())) + shortened(rest))
                + "; to ask in the active one, quote the text: "
                + cli.command("send " + dashes(List.of(whole))
                        + (whole.length() > LONGEST_SHOWN ? "'TEXT'" : "'" + whole.replace("'", "'\\''") + "'"));
    }

    /** Before words of which one would be taken for an option. */
    private static String dashes(List<String> words) {
        return words.stream().anyMatch(word -> word.startsWith("-")) ? "-- " : "";
    }

    private static String shortened(String text) {
        return text.length() > LONGEST_SHOWN ? "TEXT" : text;
    }

    private int show(MeanwhileClient client, SubmitMessageResponse accepted) throws InterruptedException {
        Message message = accepted.getMessage();
        ReadMarks marks = new ReadMarks(client, cli);
        cli.screen()
                .note("message " + message.getMessageId()
                        + (accepted.getAheadInSession() == 0
                                ? ""
                                : ", behind " + Words.count(accepted.getAheadInSession(), "message")
                                        + " of this session"));
        Cursor start = new Cursor(accepted.getEpoch(), accepted.getLogPosition());
        LogListener printer = cli.printer(false, through -> marks.message(message.getSessionId(), through));
        try (WaitTeller teller =
                new WaitTeller(cli, printer, () -> new SessionWait(client, cli).ofMessage(message.getMessageId()))) {
            AnswerFollower answer =
                    client.answer(FollowRequest.message(message.getSessionId(), message.getMessageId(), start), teller);
            return exitCode(InterruptHint.during(
                    cli.screen(),
                    () -> "the answer goes on without you; see the rest with: "
                            + TailCommand.resume(cli, message.getMessageId(), answer.position()),
                    answer::follow));
        }
    }

    private static int exitCode(Answer answer) {
        boolean whole = switch (answer.end()) {
            case AnswerEnd.Completed end -> true;
            case AnswerEnd.Told(Message told) -> told.getState() == MessageState.MESSAGE_STATE_COMPLETED;
            case AnswerEnd.Failed end -> false;
            case AnswerEnd.Cancelled end -> false;
            case AnswerEnd.Gone end -> false;
        };
        return whole ? ExitCode.OK : ExitCode.FAILED;
    }

    private void tell(MeanwhileClient client, Session target, SubmitMessageResponse accepted) {
        Screen screen = cli.screen();
        String id = accepted.getMessage().getMessageId();
        screen.line(
                screen.isTerminal()
                        ? "message " + id + " is with session " + Words.session(target) + ", in the background ("
                                + Words.value(accepted.getMessage().getRouteReason(), "ROUTE_REASON_") + ")"
                        : id);
        // Last what asks again: a server that has fallen silent may take long.
        if (new ModelNotes(client, cli).tellGone(target)) {
            return;
        }
        screen.note("its answer waits there: " + cli.command("switch " + target.getNumber()) + "; why: "
                + cli.command("explain " + id));
        new SessionWait(client, cli)
                .standing(id)
                .ifPresent(why -> screen.cause(EscapeFilter.line("it has to wait: " + why.words())));
    }
}
