package dev.meanwhile.server;

import dev.meanwhile.server.config.Address;
import dev.meanwhile.server.grpc.GrpcServer;
import dev.meanwhile.server.http.OperatorHttp;
import dev.meanwhile.server.telemetry.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;

/** Takes the ports, and says in words why one can't be had. */
final class Ports {
    private static final String TAKEN = "something listens there already, perhaps another Meanwhile";

    private Ports() {}

    static void bind(GrpcServer grpc, ServerConfig config) {
        try {
            grpc.start();
        } catch (IOException e) {
            InetSocketAddress bound = config.grpc().address();
            Address address = new Address(bound.getHostString(), bound.getPort());
            throw unbound("the address " + address + " for gRPC", "--grpc HOST:PORT", "--http HOST:PORT", e);
        }
    }

    static Optional<OperatorHttp> http(ServerConfig config, Metrics metrics, Readiness readiness) {
        return config.http().map(address -> {
            try {
                return new OperatorHttp(address.toSocketAddress(), metrics::scrape, readiness::ready);
            } catch (IOException e) {
                throw unbound(
                        "the address " + address + " for metrics",
                        "--http HOST:PORT, or --http off",
                        "--grpc HOST:PORT",
                        e);
            }
        });
    }

    /** @param other what a second server on this machine needs as well: told now, or it fails there next */
    private static UncheckedIOException unbound(String what, String setting, String other, IOException e) {
        String why = whyUnbound(e);
        String second = why.equals(TAKEN) ? " (a second Meanwhile needs " + other + " of its own, too)" : "";
        return new UncheckedIOException(
                what + " can't be had: " + why + "; choose another with " + setting + second, e);
    }

    private static String whyUnbound(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String words = String.valueOf(cause.getMessage());
        if (words.contains("Permission denied")) {
            return "this user may not listen there";
        }
        if (words.contains("Cannot assign") || words.contains("assign requested")) {
            return "it is not an address of this machine";
        }
        if (cause instanceof UnresolvedAddressException || words.contains("Unresolved")) {
            return "nobody knows that host";
        }
        return TAKEN;
    }
}
