package dev.meanwhile.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a server listens. */
public record ServerAddress(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9a-fA-F:.%]+)]|([^:\\s\\[\\]/@]+)):([0-9]{1,5})");

    public ServerAddress {
        if (host.isEmpty() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("not an address: " + host + ":" + port);
        }
    }

    /** Reads {@code host:port}; an IPv6 address stands in brackets. */
    public static ServerAddress parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("not host:port, such as 127.0.0.1:7420");
        }
        String host = form.group(1) != null ? form.group(1) : form.group(2);
        return new ServerAddress(host, Integer.parseInt(form.group(3)));
    }

    /** As it is written. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
