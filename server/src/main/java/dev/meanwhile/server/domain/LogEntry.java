package dev.meanwhile.server.domain;

/** One committed entry of a session's response log. */
public record LogEntry(long sequence, String messageId, ResponseEntry entry) {}
