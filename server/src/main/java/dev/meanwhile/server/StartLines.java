package dev.meanwhile.server;

import dev.meanwhile.server.config.Address;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.domain.Refusal;
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

    /** Returns what the one who started it should see too; empty if there is nothing. */
    static Optional<String> log(ServerConfig config, String version, int port, int httpPort, Storage storage) {
        ServiceLog.listening(
                version,
                new Address(config.grpc().address().getHostString(), port).toString(),
                config.http()
                        .map(http -> new Address(http.host(), httpPort).toString())
                        .orElse(null),
                config.store().dataFolder().resolve(JdbcStorage.FILE_NAME).toString());
        try {
            Map<String, Integer> missing = storage.read(tx -> tx.sessions().openByModel());
            config.modelInfos().stream().map(ModelInfo::name).forEach(missing::remove);
            if (!missing.isEmpty()) {
                String told = told(missing);
                ServiceLog.modelsMissing(told);
                return Optional.of(told);
            }
        } catch (Refusal refusal) {
            // It is only advice, and of a store that can't be read others tell.
        }
        return Optional.empty();
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
