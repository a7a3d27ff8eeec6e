package dev.meanwhile.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** The command line; started by {@code bin/meanwhile}. */
public final class Main {
    /** Held, since a logger nobody holds forgets its level. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    private Main() {}

    public static void main(String[] args) {
        // What matters of it comes as the failure of a call.
        GRPC.setLevel(Level.OFF);
        System.exit(Cli.over(Shell.system()).execute(args));
    }
}
