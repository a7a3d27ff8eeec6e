package dev.meanwhile.server.config;

/**
 * What someone has given for a setting.
 *
 * @param origin the flag, environment variable, or file and line it came from
 */
record Given(String value, String origin) {
    private static final int SHOWN = 100;

    /** A text from outside, fit to be shown. */
    static String shown(String text) {
        String cut = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
        return "'" + cut.replaceAll("\\p{C}", "?") + "'";
    }
}
