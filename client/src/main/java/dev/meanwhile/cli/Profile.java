package dev.meanwhile.cli;

import dev.meanwhile.client.ServerAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server and a workspace under a short name.
 *
 * @param server null = the profile does not say
 * @param workspace null = the profile does not say
 */
record Profile(
        String name, @Nullable String server, @Nullable String workspace) {
    /** Of a profile and of a workspace. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** @throws IllegalArgumentException whose message says what is wrong */
    Profile {
        if (!isName(name) || name.startsWith("-")) {
            throw new IllegalArgumentException(
                    "a profile's name is 1 to 64 of A-Z a-z 0-9 _ and -, and does not begin with -");
        }
        if (server != null) {
            try {
                ServerAddress.parse(server);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("server = " + server + ": " + e.getMessage(), e);
            }
        }
        if (workspace != null && !isName(workspace)) {
            throw new IllegalArgumentException(
                    "workspace = " + workspace + ": a workspace's name is 1 to 64 of A-Z a-z 0-9 _ and -");
        }
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
