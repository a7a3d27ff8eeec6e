package dev.meanwhile.server.grpc;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * How the gRPC server treats its connections.
 *
 * @param partialRequestBytes what requests that have come only in part may hold, in all
 * @param rstFrames cancelled calls a connection may have within {@link #RST_WINDOW}
 * @param clientPing how often clients may ping
 * @param callTimeout cap of a unary call without a deadline
 * @param heartbeat silence of a stream until it says that it lives
 */
public record GrpcConfig(
        InetSocketAddress address,
        int requestBytes,
        int metadataBytes,
        int partialRequestBytes,
        int callsPerConnection,
        int rstFrames,
        Duration keepalive,
        Duration keepaliveTimeout,
        Duration clientPing,
        Duration connectionIdle,
        Duration handshake,
        Duration callTimeout,
        Duration heartbeat) {
    public static final Duration RST_WINDOW = Duration.ofSeconds(10);
}
