package dev.meanwhile.server.config;

import java.time.Duration;

/**
 * Patience with every provider.
 *
 * @param connect until the connection stands
 * @param firstByte until the header, and from there until the first byte
 * @param idle silence in the middle of an answer
 * @param total one whole attempt
 */
public record ProviderConfig(Duration connect, Duration firstByte, Duration idle, Duration total) {}
