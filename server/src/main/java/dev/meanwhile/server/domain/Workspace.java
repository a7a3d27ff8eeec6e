package dev.meanwhile.server.domain;

import org.jspecify.annotations.Nullable;

/** A workspace and its active session, if there is one. */
public record Workspace(long key, String name, @Nullable Long activeSession) {}
