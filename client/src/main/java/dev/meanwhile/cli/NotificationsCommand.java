package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.AcknowledgeNotificationsResponse;
import dev.meanwhile.v1.ListNotificationsResponse;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code notifications}: the news nobody has taken note of yet. */
@Command(
        name = "notifications",
        mixinStandardHelpOptions = true,
        description = {
            "Lists the notifications not acknowledged yet, the newest at the bottom.",
            "Reading the answers (switch, tail) acknowledges theirs."
        })
final class NotificationsCommand implements Callable<Integer> {
    /** So many numbers go into one call. */
    private static final int NUMBERS_PER_CALL = 1_000;

    private final Cli cli;

    @Option(names = "--ack", description = "Acknowledge those that are printed.")
    private boolean acknowledge;

    @Option(names = "--count", description = "Print only how many there are.")
    private boolean count;

    NotificationsCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (count && (acknowledge || cli.json())) {
            throw cli.usage("--count goes neither with --ack nor with --json");
        }
        try (MeanwhileClient client = cli.connect()) {
            if (count) {
                count(client);
                return ExitCode.OK;
            }
            List<Notification> news = list(client);
            if (!cli.json()) {
                print(client, news);
            }
            if (acknowledge) {
                acknowledge(client, news);
            }
            return ExitCode.OK;
        }
    }

    private void count(MeanwhileClient client) {
        long pending = cli.sessions(client).sessions().stream()
                .mapToLong(Session::getPendingNotifications)
                .sum();
        cli.screen().line(String.valueOf(pending));
    }

    private List<Notification> list(MeanwhileClient client) {
        List<Notification> news = new ArrayList<>();
        String token = "";
        do {
            ListNotificationsResponse page = client.reading().notifications(token);
            if (cli.json()) {
                cli.screen().json(page);
            }
            news.addAll(page.getNotificationsList());
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return news;
    }

    private void print(MeanwhileClient client, List<Notification> news) {
        if (news.isEmpty()) {
            if (!acknowledge) {
                cli.screen().status("no notification; live ones are told by: " + cli.command("watch"));
            }
            return;
        }
        Map<String, Session> sessions = cli.sessions(client).sessions().stream()
                .collect(Collectors.toMap(Session::getSessionId, Function.identity()));
        Table table = new Table();
        table.row("#", "AGE", "WHAT", "MESSAGE", "SESSION");
        news.reversed()
                .forEach(n -> table.row(
                        String.valueOf(n.getNumber()),
                        Moment.age(n.getCreateTime(), cli.shell().clock().instant()),
                        Words.news(n),
                        n.getMessageId(),
                        sessions.containsKey(n.getSessionId())
                                ? Words.session(sessions.get(n.getSessionId()))
                                : n.getSessionId()));
        List<String> lines = table.lines();
        cli.screen().line(cli.screen().styled(Style.DIM, lines.getFirst()));
        lines.stream().skip(1).forEach(cli.screen()::line);
        if (!acknowledge) {
            cli.screen()
                    .note("read an answer with: " + cli.command("switch SESSION") + "; acknowledge all with: "
                            + cli.command("notifications --ack"));
        }
    }

    private void acknowledge(MeanwhileClient client, List<Notification> news) {
        int acknowledged = 0;
        for (int i = 0; i < news.size(); i += NUMBERS_PER_CALL) {
            List<Long> numbers = news.subList(i, Math.min(news.size(), i + NUMBERS_PER_CALL)).stream()
                    .map(Notification::getNumber)
                    .toList();
            AcknowledgeNotificationsResponse response = client.reading().acknowledge(numbers);
            acknowledged += response.getAcknowledgedNotifications();
            if (cli.json()) {
                cli.screen().json(response);
            }
        }
        if (!cli.json()) {
            cli.screen()
                    .line(
                            news.isEmpty()
                                    ? "there was no notification to acknowledge"
                                    : Words.count(acknowledged, "notification") + " acknowledged");
        }
    }
}
