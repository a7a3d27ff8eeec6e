package dev.meanwhile.client;

/** Why there is nothing more to read. */
public enum FollowEnd {
    /** The message that was asked for has ended. */
    MESSAGE_ENDED,
    /** All that was asked for was read; live, nothing can ever follow. */
    CAUGHT_UP,
    /** The session is gone. */
    SESSION_DELETED
}
