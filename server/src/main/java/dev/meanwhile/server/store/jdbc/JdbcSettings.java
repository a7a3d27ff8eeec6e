package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.store.Settings;
import org.jspecify.annotations.Nullable;

final class JdbcSettings implements Settings {
    private final Sql sql;

    JdbcSettings(Sql sql) {
        this.sql = sql;
    }

    @Override
    public @Nullable String get(String name) {
        return sql.one("SELECT value FROM setting WHERE name = ?", Row::text, name);
    }

    @Override
    public void set(String name, String value) {
        sql.update("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, value);
    }
}
