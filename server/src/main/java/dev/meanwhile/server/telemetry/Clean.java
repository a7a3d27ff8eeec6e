package dev.meanwhile.server.telemetry;

/** Keeps a text from forging a line or driving a terminal: each control or format character becomes a space. */
final class Clean {
    private static final int LONGEST = 2_000;

    private Clean() {}

    static String text(String text) {
        String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        for (int i = 0; i < shown.length(); i++) {
            if (forbidden(shown.charAt(i))) {
                return replaced(shown);
            }
        }
        return shown;
    }

    private static String replaced(String text) {
        char[] chars = text.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            if (forbidden(chars[i])) {
                chars[i] = ' ';
            }
        }
        return new String(chars);
    }

    private static boolean forbidden(char c) {
        if (c >= ' ' && c < 0x7f) {
            return false;
        }
        return switch (Character.getType(c)) {
            // FORMAT holds the marks that turn the direction of a line.
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
