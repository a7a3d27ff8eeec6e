package dev.meanwhile.server;

import dev.meanwhile.server.config.ConfigException;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.grpc.PortCheck;
import dev.meanwhile.server.telemetry.Logging;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** {@code meanwhile serve}: reads the configuration, serves until SIGTERM, ends in order. Or {@code compact}. */
public final class Main {
    private static final int FAILED = 1;
    private static final int MISUSED = 2;
    private static final Duration PORT_CHECK = Duration.ofSeconds(5);

    private Main() {}

    public static void main(String[] args) {
        List<String> flags = List.of(args);
        boolean compact = !flags.isEmpty() && flags.getFirst().equals(Compaction.NAME);
        if (compact) {
            flags = flags.subList(1, flags.size());
        }
        if (ServerConfig.asksForHelp(flags)) {
            System.out.println(compact ? Compaction.HELP : ServerConfig.help());
            return;
        }
        ServerConfig config;
        try {
            config = ServerConfig.read(flags, System.getenv());
        } catch (ConfigException e) {
            System.err.println("meanwhile: " + e.getMessage());
            System.err.println("see: bin/meanwhile " + (compact ? Compaction.NAME : "serve") + " --help");
            System.exit(MISUSED);
            return;
        }
        Logging.install(config.log().format(), config.log().levels());
        config.warnings().forEach(ServiceLog::warn);
        try {
            if (compact) {
                Compaction.run(config.store(), System.out);
                Logging.flush();
            } else {
                serve(config);
            }
        } catch (IOException | RuntimeException e) {
            Logging.flush();
            System.err.println("meanwhile: " + words(config, e));
            Runtime.getRuntime().halt(FAILED);
        }
    }

    private static void serve(ServerConfig config) throws IOException {
        Runnable outOfMemory = () -> halt("An OutOfMemoryError; the server ends, since nothing can be relied on now");
        Logging.onOutOfMemory(outOfMemory);
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            ServiceLog.unexpected("thread " + thread.getName(), failure);
            if (failure instanceof OutOfMemoryError) {
                outOfMemory.run();
            }
        });
        Server server = Server.start(config, Clock.systemUTC(), Main::halt);
        PortCheck portCheck = new PortCheck(
                config.grpc().address(), server.port(), PORT_CHECK, () -> halt("The port is deaf; the server ends"));
        portCheck.start();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("drain").unstarted(() -> {
            portCheck.close(); // the port goes deaf on purpose at the end
            try {
                server.stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Logging.flush();
            Runtime.getRuntime().halt(0); // in order, so not with the signal's exit code
        }));
        Interrupts.handle(server);
        StartLines.Notes notes = server.logStart(config);
        Banner.print(System.out, config, server.port(), server.httpPort(), notes);
    }

    /** Nobody knows what is on disk: end now, and let the next start find out. */
    private static void halt(Throwable cause) {
        ServiceLog.storeError(
                "writing to the store; the server ends, since only a new start can tell what is on disk", cause);
        Logging.flush();
        Runtime.getRuntime().halt(FAILED);
    }

    private static void halt(String why) {
        ServiceLog.error(why);
        Logging.flush();
        Runtime.getRuntime().halt(FAILED);
    }

    private static String words(ServerConfig config, Exception e) {
        if (e instanceof Refusal) {
            return "the data in " + config.store().dataFolder()
                    + " can't be used; free the disk if it is full, or restore a backup if the file is damaged, and"
                    + " start again";
        }
        boolean ours = e instanceof UncheckedIOException
                || e instanceof IllegalStateException
                || e instanceof IllegalArgumentException;
        if (ours && e.getMessage() != null) {
            return e.getMessage();
        }
        ServiceLog.unexpected("the start", e);
        Logging.flush();
        return "could not start, and does not know why; the line above may say more, please report it";
    }
}
