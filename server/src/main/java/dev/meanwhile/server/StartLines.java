package dev.meanwhile.server;

import dev.meanwhile.server.config.Address;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.queue.Claims;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.jdbc.JdbcStorage;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the log says once the server serves: it may be all that is kept of a server that nobody watches. */
final class StartLines {
    private static final int MOST_MODELS = 5;

    private StartLines() {}

    /**
     * What the one who started it should see too.
     *
     * @param modelsMissing how many open sessions have models that are not configured, and which
     */
    record Notes(boolean paused, Optional<String> modelsMissing) {}

    static Notes log(ServerConfig config, String version, int port, int httpPort, Storage storage) {
        ServiceLog.listening(
                version,
                new Address(config.grpc().address().getHostString(), port).toString(),
                config.http()
                        .map(http -> new Address(http.host(), httpPort).toString())
                        .orElse(null),
                config.store().dataFolder().resolve(JdbcStorage.FILE_NAME).toString());
        try {
            boolean paused = storage.read(Claims::paused);
            Map<String, Integer> missing = storage.read(tx -> tx.sessions().openByModel());
            config.modelInfos().stream().map(ModelInfo::name).forEach(missing::remove);
            Optional<String> told = missing.isEmpty() ? Optional.empty() : Optional.of(told(missing));
            told.ifPresent(ServiceLog::modelsMissing);
            return new Notes(paused, told);
        } catch (Refusal refusal) {
            return new Notes(false, Optional.empty()); // only advice; of a store that can't be read others tell
        }
    }

    private static String told(Map<String, Integer> missing) {
        int sessions = missing.values().stream().mapToInt(Integer::intValue).sum();
        return (sessions == 1 ? "1 open session has" : sessions + " open sessions have")
                + " a model that is not configured: " + names(missing);
    }

    private static String names(Map<String, Integer> sessions) {
        int more = sessions.size() - MOST_MODELS;
        return sessions.entrySet().stream()
                        .sorted(Map.Entry.<String, Integer>comparingByValue()
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                        .limit(MOST_MODELS)
                        .map(model -> model.getKey() + " (" + model.getValue() + ")")
                        .collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more" : "");
    }
}
