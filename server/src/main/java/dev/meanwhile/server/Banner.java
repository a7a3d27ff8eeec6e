package dev.meanwhile.server;

import dev.meanwhile.server.config.Address;
import dev.meanwhile.server.domain.ModelInfo;
import java.io.PrintStream;
import java.util.stream.Collectors;

/** What a person sees when the server is up; the lines with the addresses are read by programs. */
final class Banner {
    private Banner() {}

    static void print(PrintStream out, ServerConfig config, int port, int httpPort) {
        String host = config.grpc().address().getHostString();
        String models = config.modelInfos().stream()
                .map(model -> model.name() + describe(model))
                .collect(Collectors.joining(", "));
        out.println("Meanwhile keeps your chat sessions working while you are somewhere else.");
        out.println("  data      " + config.store().dataFolder());
        out.println("            durable: survives kill -9 and power loss");
        out.println("  models    " + models);
        out.println("  gRPC      listening on " + host + ":" + port);
        config.http()
                .map(http -> new Address(http.host(), httpPort))
                .ifPresent(http -> out.println("  metrics   http://" + http + "/metrics"));
        out.println("  next      bin/meanwhile new --switch; bin/meanwhile send hello");
        out.flush();
    }

    private static String describe(ModelInfo model) {
        return (model.isDefault() ? " (default, " : " (") + model.adapter() + ", " + model.workers() + " workers, "
                + model.reservedForActive() + " of them for active sessions)";
    }
}
