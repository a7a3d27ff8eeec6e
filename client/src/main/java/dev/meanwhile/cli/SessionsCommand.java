package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.client.SessionList;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code sessions}: what there is and where answers wait. */
@Command(
        name = "sessions",
        mixinStandardHelpOptions = true,
        description = "Lists the sessions: ▶ is the active one, in those with ● answers wait unread.")
final class SessionsCommand implements Callable<Integer> {
    private static final int SHORT_LIST = 20;

    private final Cli cli;

    SessionsCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            if (cli.json()) {
                cli.sessions(client, cli.screen()::json);
                return ExitCode.OK;
            }
            SessionList list = cli.sessions(client);
            if (list.sessions().isEmpty()) {
                cli.screen().status("no session yet; make one with: " + cli.command("new"));
            } else {
                new SessionTable(cli.screen(), cli.shell().clock().instant()).print(list.sessions());
                hint(list);
                models(client, list.sessions());
            }
            return ExitCode.OK;
        }
    }

    /** What the server's models say of them; only said if it can be had. */
    private void models(MeanwhileClient client, List<Session> sessions) {
        if (!cli.screen().isTerminal()) {
            return;
        }
        try {
            ListModelsResponse models = cli.models(client);
            removed(models, sessions);
            held(models, sessions);
        } catch (RpcError e) {
            // The list is whole without it.
        }
    }

    /** Whose next message would fail. */
    private void removed(ListModelsResponse models, List<Session> sessions) {
        Set<String> configured =
                models.getModelsList().stream().map(Model::getName).collect(Collectors.toSet());
        Map<String, Long> removed = sessions.stream()
                .filter(s -> s.getState() == SessionState.SESSION_STATE_OPEN && !configured.contains(s.getModel()))
                .collect(Collectors.groupingBy(Session::getModel, TreeMap::new, Collectors.counting()));
        removed.forEach((model, count) -> cli.screen()
                .note("model " + EscapeFilter.line(model) + " of " + Words.count(count, "open session")
                        + " is not configured, so what is asked there fails; give them another with: "
                        + cli.command("models replace " + Cli.quoted(EscapeFilter.line(model)) + " MODEL")));
    }

    /** Why sessions that wait go on waiting. */
    private void held(ListModelsResponse models, List<Session> sessions) {
        Set<String> waited = sessions.stream()
                .filter(s -> s.getQueuedMessages() + s.getRunningMessages() > 0)
                .map(Session::getModel)
                .collect(Collectors.toSet());
        if (waited.isEmpty()) {
            return;
        }
        if (models.getWorkersPaused()) {
            cli.screen().note(ModelsCommand.paused(cli));
        }
        models.getModelsList().stream()
                .filter(m -> m.hasHold() && waited.contains(m.getName()))
                .map(m ->
                        Words.hold(m.getName(), m.getHold(), cli.shell().clock().instant()))
                .forEach(cli.screen()::note);
    }

    /** What to do next; in a long list also what has scrolled away. */
    private void hint(SessionList list) {
        int sessions = list.sessions().size();
        long unread =
                list.sessions().stream().filter(s -> s.getUnreadMessages() > 0).count();
        if (sessions > SHORT_LIST) {
            cli.screen()
                    .note(sessions + " sessions, " + unread + " with unread answers; active: "
                            + list.active().map(Words::session).orElse("none"));
        } else if (sessions == 1) {
            cli.screen()
                    .note("ask in it with: "
                            + cli.command(
                                    "send -s " + list.sessions().getFirst().getNumber() + " TEXT"));
        }
    }
}
