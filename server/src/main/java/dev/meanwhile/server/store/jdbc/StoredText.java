package dev.meanwhile.server.store.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

/** A text as its row has it, with the checksum that was stored with it. */
record StoredText(long checksum, byte[] bytes) {
    static StoredText map(Row row) throws SQLException {
        return new StoredText(row.number(), row.bytes());
    }

    boolean belongsTo(long... place) {
        return checksum == Checksum.of(bytes, place);
    }

    String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
