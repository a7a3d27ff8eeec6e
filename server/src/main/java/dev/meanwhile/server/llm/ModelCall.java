package dev.meanwhile.server.llm;

/** One answer on its way. */
public interface ModelCall {

    /**
     * Closes the provider call, also before its first byte, from any thread and without waiting. Doing so again, or
     * after the end, does nothing. A callback that is running ends normally; those that still come are to be ignored.
     */
    void cancel();
}
