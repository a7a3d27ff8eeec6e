package dev.meanwhile.server.store;

import org.jspecify.annotations.Nullable;

/** What is stored once for the whole server. */
public interface Settings {
    @Nullable
    String get(String name);

    void set(String name, String value);
}
