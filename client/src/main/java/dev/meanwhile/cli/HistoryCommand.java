package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.ListMessagesResponse;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.Turn;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code history}: the conversation so far; it marks nothing as read. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Shows the conversation of a session, the newest message at the bottom. Marks nothing as read.",
        footer = "%nWith --json the pages come as the service sends them: newest first, with --all oldest first.")
final class HistoryCommand implements Callable<Integer> {
    /** A turn has at most 128 KiB, so that much is held while they are put in order. */
    private static final int MOST = 1_000;

    private final Cli cli;

    @Parameters(arity = "0..1", paramLabel = "SESSION", description = SessionFinder.HELP + " Default: the active one.")
    private @Nullable String session;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "The newest N messages, 1 to " + MOST + "; default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--all", description = "All of it, from the beginning.")
    private boolean all;

    HistoryCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > MOST) {
            throw cli.usage("--limit must be 1 to " + MOST + "; for everything say --all");
        }
        try (MeanwhileClient client = cli.connect()) {
            SessionFinder finder = new SessionFinder(cli, cli.sessions(client));
            Session target = session == null ? finder.active() : finder.find(session);
            if (all) {
                oldestFirst(client, target);
            } else {
                newest(client, target);
            }
            if (!cli.json()) {
                new SessionWait(client, cli).tell(target);
            }
            new ModelNotes(client, cli).tellGone(target);
            return ExitCode.OK;
        }
    }

    private void oldestFirst(MeanwhileClient client, Session target) {
        boolean any = false;
        String token = "";
        do {
            ListMessagesResponse page = client.messages(
                    request(target).setOldestFirst(true).setPageToken(token).build());
            any |= page.getTurnsCount() > 0;
            if (cli.json()) {
                cli.screen().json(page);
            } else {
                page.getTurnsList().forEach(this::print);
            }
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        if (!any) {
            nothing(target);
        }
    }

    private void newest(MeanwhileClient client, Session target) {
        List<Turn> turns = new ArrayList<>();
        String token = "";
        int have = 0;
        do {
            ListMessagesResponse page = client.messages(request(target)
                    .setPageSize(limit - have)
                    .setPageToken(token)
                    .build());
            have += page.getTurnsCount();
            if (cli.json()) {
                cli.screen().json(page);
            } else {
                turns.addAll(page.getTurnsList());
            }
            token = page.getNextPageToken();
        } while (!token.isEmpty() && have < limit);
        turns.reversed().forEach(this::print);
        if (have == 0) {
            nothing(target);
        } else if (!token.isEmpty()) {
            cli.screen()
                    .note("older ones are not shown; all of it: "
                            + cli.command("history " + target.getNumber() + " --all"));
        }
    }

    private static ListMessagesRequest.Builder request(Session target) {
        return ListMessagesRequest.newBuilder().setSessionId(target.getSessionId());
    }

    private void nothing(Session target) {
        cli.screen()
                .status("no message in session " + Words.session(target) + " yet; ask with: "
                        + cli.command("send -s " + target.getNumber() + " TEXT"));
    }

    private void print(Turn turn) {
        ZoneId zone = cli.shell().clock().getZone();
        mark(turn.getMessage().getMessageId() + "  "
                + Moment.shown(turn.getMessage().getCreateTime(), zone) + "  " + Words.state(turn.getMessage()));
        if (turn.getTextUnreadable()) {
            mark("[the stored question is damaged and can't be shown]");
        }
        EscapeFilter.text(turn.getText())
                .lines()
                .forEach(line -> cli.screen().line(cli.screen().styled(Style.CYAN, "> " + line)));
        if (turn.getTextTruncated()) {
            mark("[the question is longer; it is cut here]");
        }
        if (turn.getAnswerUnreadable()) {
            mark("[the stored answer is damaged and can't be shown]");
        }
        cli.screen().print(EscapeFilter.text(turn.getAnswer()));
        cli.screen().closeLine();
        if (turn.getAnswerTruncated()) {
            mark("[the answer is longer; all of it: "
                    + cli.command("tail --message " + turn.getMessage().getMessageId()) + "]");
        }
    }

    private void mark(String words) {
        cli.screen().line(cli.screen().styled(Style.DIM, words));
    }
}
