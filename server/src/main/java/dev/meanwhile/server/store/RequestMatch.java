package dev.meanwhile.server.store;

/** What an earlier request with the same request_id made, and the SHA-256 of that request. */
public record RequestMatch(long key, byte[] payloadHash) {}
