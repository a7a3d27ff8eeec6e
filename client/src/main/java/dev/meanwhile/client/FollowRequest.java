package dev.meanwhile.client;

/**
 * What to read of a session's log.
 *
 * @param messageId only this message; empty = all
 * @param live whether to go on with what comes later, until nothing can follow
 */
public record FollowRequest(String sessionId, String messageId, Cursor after, boolean live) {
    public static FollowRequest session(String sessionId, Cursor after) {
        return new FollowRequest(sessionId, "", after, true);
    }

    public static FollowRequest message(String sessionId, String messageId, Cursor after) {
        return new FollowRequest(sessionId, messageId, after, true);
    }

    boolean isOfOneMessage() {
        return !messageId.isEmpty();
    }
}
