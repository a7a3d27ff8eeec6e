package dev.meanwhile.server.domain;

/** Unended messages of a workspace. */
public record WorkspaceDepth(String workspace, int queuedHigh, int queuedLow, int running) {}
