package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.ListModelsResponse;
import dev.meanwhile.v1.Model;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
    private static final String PAUSE = ""; // no model has that name

    private final MeanwhileClient client;
    private final Cli cli;
    /** What was told and still stands: models that are held, and {@link #PAUSE}. */
    private final Set<String> told = new HashSet<>();

    ModelNotes(MeanwhileClient client, Cli cli) {
        this.client = Cli.forAWordMore(client);
        this.cli = cli;
    }

    /** Which sessions have a model that is gone, and why those that wait go on waiting. */
    void tell(List<Session> sessions) {
        models().ifPresent(models -> {
            tellGone(models, sessions);
            tellWaits(models, sessions);
        });
    }

    /** Why those that wait go on waiting, each cause once until it has ended. */
    void tellWaits(List<Session> sessions) {
        models().ifPresent(models -> tellWaits(models, sessions));
    }

    /** Whether something was told that may have ended since. */
    boolean hasTold() {
        return !told.isEmpty();
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
        Map<String, String> causes = new LinkedHashMap<>();
        if (models.getWorkersPaused()) {
            causes.put(PAUSE, ModelsCommand.paused(cli));
        }
        models.getModelsList().stream()
                .filter(Model::hasHold)
                .forEach(m -> causes.put(
                        m.getName(),
                        Words.hold(m.getName(), m.getHold(), cli.shell().clock().instant())));
        told.retainAll(causes.keySet());
        causes.forEach((cause, words) -> {
            boolean matters = cause.equals(PAUSE) ? !waited.isEmpty() : waited.contains(cause);
            if (matters && told.add(cause)) {
                cli.screen().cause(words);
            }
        });
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
