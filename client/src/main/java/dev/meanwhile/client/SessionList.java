package dev.meanwhile.client;

import dev.meanwhile.v1.Session;
import java.util.List;
import java.util.Optional;

/**
 * The sessions of a workspace by ascending number.
 *
 * @param activeId empty = none is active
 */
public record SessionList(List<Session> sessions, String activeId) {
    public SessionList {
        sessions = List.copyOf(sessions);
    }

    public Optional<Session> active() {
        return sessions.stream().filter(s -> s.getSessionId().equals(activeId)).findFirst();
    }
}
