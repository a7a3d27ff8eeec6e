package dev.meanwhile.server.store.jdbc;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Binds a stored text to its place: a text that moved to another row fails as one that changed does. */
final class Checksum {
    private Checksum() {}

    static long of(byte[] text, long... place) {
        ByteBuffer header = ByteBuffer.allocate(place.length * Long.BYTES);
        for (long part : place) {
            header.putLong(part);
        }
        CRC32C crc = new CRC32C();
        crc.update(header.flip());
        crc.update(text);
        return crc.getValue();
    }
}
