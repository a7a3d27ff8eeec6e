package dev.meanwhile.cli;

/** The few looks we use, all of the 16 colours that every terminal has and every user can choose. */
enum Style {
    BOLD("1"),
    DIM("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33"),
    CYAN("36");

    private final String code;

    Style(String code) {
        this.code = code;
    }

    /** Ends where it began, so that an interrupt never leaves a colour behind. */
    String on(String text) {
        return "\033[" + code + "m" + text + "\033[0m";
    }
}
