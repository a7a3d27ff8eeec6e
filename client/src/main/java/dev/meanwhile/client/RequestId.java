package dev.meanwhile.client;

import java.util.UUID;

/** Given to the first attempt and kept for the others, so that a repeat finds what the first one did. */
final class RequestId {
    private RequestId() {}

    /** It begins with the time: ids that rise stand side by side in the server's index. */
    static String orNew(String requestId) {
        return requestId.isEmpty() ? Long.toHexString(System.currentTimeMillis()) + "-" + UUID.randomUUID() : requestId;
    }
}
