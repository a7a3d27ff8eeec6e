package dev.meanwhile.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** The command line; started by {@code bin/meanwhile}. */
public final class Main {
    /** Held, since a logger nobody holds forgets its level. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    private Main() {}

    public static void main(String[] args) {
        startFast();
        // What matters of it comes as the failure of a call.
        GRPC.setLevel(Level.OFF);
        System.exit(Cli.over(Shell.system(), args).execute(args));
    }

    /** Before the first class of gRPC: for one call, Netty's native transport and its events cost more than they give. */
    static void startFast() {
        System.setProperty("io.grpc.netty.shaded.io.netty.transport.noNative", "true");
        System.setProperty("io.grpc.netty.shaded.io.netty.jfr.enabled", "false");
    }
}
