package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Why the models of sessions do not answer. A word more: where it can't be had nothing is said, and nothing beside
 * JSON.
 */
final class ModelNotes {
    private final MeanwhileClient client;
    private final Cli cli;

    ModelNotes(MeanwhileClient client, Cli cli) {
        this.client = client;
        this.cli = cli;
    }

    /** Which sessions have a model that is gone, and why those that wait go on waiting. */
    void tell(List<Session> sessions) {
        models().ifPresent(models -> {
            tellGone(models, sessions);
            tellWaits(models, sessions);
        });
    }

    /** Whether the model of this one is gone, and so was told. */
    boolean tellGone(Session session) {
        boolean gone = models().filter(models -> isGone(models, session)).isPresent();
        if (gone) {
            cli.screen()
                    .cause(gone(session.getModel(), "this session", "here") + "give it another with: "
                            + cli.command("model " + session.getNumber() + " MODEL"));
        }
        return gone;
    }

    /** Whose next message would fail. */
    void tellGone(ListModelsResponse models, List<Session> sessions) {
        Map<String, Long> gone = sessions.stream()
                .filter(session -> isGone(models, session))
                .collect(Collectors.groupingBy(Session::getModel, TreeMap::new, Collectors.counting()));
        gone.forEach((model, count) -> cli.screen()
                .cause(gone(model, Words.count(count, "open session"), "there") + "give them another with: "
                        + cli.command("models replace " + Cli.quoted(EscapeFilter.line(model)) + " MODEL")));
    }

    private void tellWaits(ListModelsResponse models, List<Session> sessions) {
        Set<String> waited = sessions.stream()
                .filter(s -> s.getQueuedMessages() + s.getRunningMessages() > 0)
                .map(Session::getModel)
                .collect(Collectors.toSet());
        if (models.getWorkersPaused() && !waited.isEmpty()) {
            cli.screen().cause(ModelsCommand.paused(cli));
        }
        models.getModelsList().stream()
                .filter(m -> m.hasHold() && waited.contains(m.getName()))
                .map(m ->
                        Words.hold(m.getName(), m.getHold(), cli.shell().clock().instant()))
                .forEach(cli.screen()::cause);
    }

    private Optional<ListModelsResponse> models() {
        if (cli.json()) {
            return Optional.empty();
        }
        try {
            return Optional.of(cli.models(client));
        } catch (RpcError e) {
            return Optional.empty();
        }
    }

    private static boolean isGone(ListModelsResponse models, Session session) {
        return session.getState() == SessionState.SESSION_STATE_OPEN
                && models.getModelsList().stream().map(Model::getName).noneMatch(session.getModel()::equals);
    }

    private static String gone(String model, String whose, String where) {
        return "model " + EscapeFilter.line(model) + " of " + whose + " is not configured, so what is asked " + where
                + " fails; ";
    }
}
