package dev.meanwhile.server.domain;

import java.security.SecureRandom;

/** Makes ids of 16 characters of Crockford's base32 in lower case: time-ordered ones and random ones. */
public final class Ids {
    private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final long RANDOM_BITS = 35;
    private final SecureRandom random = new SecureRandom();
    private long lastMillis;
    private long lastRandom;

    /**
     * 45 bits of milliseconds (until the year 3084) and 35 random bits, ascending within this process, so that
     * an index over them grows at its end.
     */
    public synchronized String timeOrdered(long millis) {
        long fresh = random.nextLong() >>> (64 - RANDOM_BITS);
        if (millis > lastMillis) {
            lastMillis = millis;
            lastRandom = fresh;
        } else {
            // Same millisecond, or a clock that went back: go on from the last one.
            lastRandom += 1 + (fresh & 0xfff);
            if (lastRandom >>> RANDOM_BITS != 0) {
                lastMillis++;
                lastRandom = fresh;
            }
        }
        return encode(lastMillis, 9) + encode(lastRandom, 7);
    }

    /** 80 random bits. */
    public String random() {
        return encode(random.nextLong(), 8) + encode(random.nextLong(), 8);
    }

    private static String encode(long value, int digits) {
        char[] out = new char[digits];
        long rest = value;
        for (int i = digits - 1; i >= 0; i--) {
            out[i] = ALPHABET[(int) (rest & 31)];
            rest >>>= 5;
        }
        return new String(out);
    }
}
