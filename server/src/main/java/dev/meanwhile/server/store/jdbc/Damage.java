package dev.meanwhile.server.store.jdbc;

import dev.meanwhile.server.telemetry.ServiceLog;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a transaction met that fails its checksum: told once each when its work is over, since work logs nothing. */
final class Damage {
    private record Met(String session, String what) {}

    private final Sql sql;
    private final Set<Met> met = new LinkedHashSet<>();

    Damage(Sql sql) {
        this.sql = sql;
    }

    /** {@code what} is ids, numbers and words of ours. */
    void met(long session, String what) {
        String id = sql.one("SELECT id FROM session WHERE key = ?", Row::text, session);
        met.add(new Met(id == null ? "of number " + session : id, what));
    }

    void tell() {
        met.forEach(damage -> ServiceLog.corruptText(damage.session(), damage.what()));
        met.clear();
    }
}
