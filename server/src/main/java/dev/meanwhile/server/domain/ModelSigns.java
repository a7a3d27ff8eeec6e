package dev.meanwhile.server.domain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The signs of life of a model since the server's start.
 *
 * @param asked when a call last began; null = never
 * @param answered when a provider last began to answer one; null = never
 */
public record ModelSigns(@Nullable Instant asked, @Nullable Instant answered) {}
