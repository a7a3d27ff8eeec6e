package dev.meanwhile.server.store.jdbc;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows that the writer's connection has written or read lately, so that it need not read them again: nobody else
 * writes. It ends with the connection, so with every rollback; one of no size knows nothing.
 */
final class Recent<K, V> {
    private final Map<K, V> rows;
    private final int size;

    Recent(int size) {
        this.size = size;
        this.rows = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > size;
            }
        };
    }

    @Nullable
    V get(K key) {
        return rows.get(key);
    }

    void put(K key, V row) {
        if (size > 0) {
            rows.put(key, row);
        }
    }

    void remove(K key) {
        rows.remove(key);
    }
}
