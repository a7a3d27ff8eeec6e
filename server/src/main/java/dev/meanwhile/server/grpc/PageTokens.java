package dev.meanwhile.server.grpc;

import dev.meanwhile.server.domain.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32C;

/** Opaque tokens: where a list goes on, bound to the list and its filters. They don't expire. */
final class PageTokens {
    private PageTokens() {}

    /** @param list names the list and its filters */
    static String token(String list, long place) {
        String plain = place + "." + checksum(list, place);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.US_ASCII));
    }

    /** The place of a token, or the one of the first page if the token is empty. */
    static long place(String token, String list, long first) {
        if (token.isEmpty()) {
            return first;
        }
        try {
            String plain = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII);
            int dot = plain.indexOf('.');
            long place = Long.parseLong(plain.substring(0, Math.max(0, dot)));
            if (place > 0 && plain.substring(dot + 1).equals(checksum(list, place))) {
                return place;
            }
        } catch (IllegalArgumentException e) {
            // not one of ours
        }
        throw Refusal.pageTokenInvalid();
    }

    private static String checksum(String list, long place) {
        CRC32C crc = new CRC32C();
        crc.update((list + "\n" + place).getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
