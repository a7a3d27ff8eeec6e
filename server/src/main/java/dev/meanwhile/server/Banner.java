package dev.meanwhile.server;

import dev.meanwhile.server.config.Address;
import dev.meanwhile.server.config.ConfigTable;
import dev.meanwhile.server.domain.ModelInfo;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What a person sees when the server is up; the lines with the addresses are read by programs. */
final class Banner {
    private static final int MOST_MODELS = 5;

    private Banner() {}

    static void print(PrintStream out, ServerConfig config, int port, int httpPort, StartLines.Notes notes) {
        String grpc = new Address(config.grpc().address().getHostString(), port).toString();
        // Commands look at the default address by themselves.
        String there = grpc.equals(ConfigTable.GRPC.defaultText()) ? "" : "--server " + grpc + " ";
        out.println("Meanwhile keeps your chat sessions working while you are somewhere else.");
        out.println("  data      " + config.store().dataFolder().resolve("meanwhile.db"));
        out.println("            durable: survives kill -9 and power loss");
        out.println("  models    " + models(config.modelInfos(), there));
        notes.modelsMissing()
                .ifPresent(which -> out.println("            " + which + "; in each workspace W: bin/meanwhile " + there
                        + "--workspace W models replace OLD NAME"));
        if (notes.paused()) {
            out.println("  workers   paused: nothing is answered until: bin/meanwhile " + there + "resume");
        }
        out.println("  gRPC      listening on " + grpc);
        config.http()
                .map(http -> new Address(http.host(), httpPort))
                .ifPresent(http -> out.println("  metrics   http://" + http + "/metrics"));
        out.println("  next      in another terminal: bin/meanwhile " + there + "new, then: bin/meanwhile " + there
                + "send hello");
        out.println("  stop      Ctrl-C; what is running or queued goes on at the next start with its model");
        out.flush();
    }

    /** The default and as many others as a person reads. */
    private static String models(List<ModelInfo> models, String there) {
        int more = models.size() - MOST_MODELS;
        return models.stream()
                        .sorted(Comparator.comparing(model -> !model.isDefault()))
                        .limit(MOST_MODELS)
                        .map(model -> model.name() + describe(model))
                        .collect(Collectors.joining(", "))
                + (more > 0 ? ", and " + more + " more: bin/meanwhile " + there + "models" : "");
    }

    private static String describe(ModelInfo model) {
        return (model.isDefault() ? " (default, " : " (") + model.adapter() + ", " + model.workers()
                + " answers at a time, " + model.reservedForActive() + " of them kept for active sessions)";
    }
}
