package dev.meanwhile.cli;

/** What the program ends with; documented in the help, so they never change their meaning. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int NO_SERVER = 3;

    private ExitCode() {}
}
