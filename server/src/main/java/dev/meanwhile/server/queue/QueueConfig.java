package dev.meanwhile.server.queue;

/**
 * Bounds of the queue.
 *
 * @param capacity queued and running messages of the whole server
 * @param workspaceCapacity queued and running messages of one workspace
 * @param highPerLow HIGH claims that may pass a waiting LOW head while a slot is open to it
 */
public record QueueConfig(int capacity, int workspaceCapacity, int highPerLow) {
    public QueueConfig {
        if (capacity < 1 || workspaceCapacity < 1 || highPerLow < 1) {
            throw new IllegalArgumentException("the queue's bounds must be at least 1");
        }
    }
}
