package dev.meanwhile.server.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sets up the log of the process: once at the start by the root, levels live by operators. */
public final class Logging {
    private static final int ROOM = 8_192;
    private static final int RESERVE = 1_024;
    private static final int LIBRARY_LINES_PER_SECOND = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static volatile @Nullable BoundedAppender appender;
    private static volatile Runnable outOfMemory = () -> {};
    private static boolean hooked;

    private Logging() {}

    /** The names of all components, in the guide's order. */
    public static List<String> components() {
        return Arrays.stream(Component.values()).map(Enum::name).toList();
    }

    /** Logs to standard error; components without a level get INFO. */
    public static void install(LogFormat format, Map<String, LogLevel> levels) {
        // Not System.err: its lock could be held by someone who waits for a stuck reader.
        install(format, levels, new FileOutputStream(FileDescriptor.err));
    }

    /** Logs to {@code out} instead of what was installed before. */
    public static synchronized void install(LogFormat format, Map<String, LogLevel> levels, OutputStream out) {
        levels.keySet().forEach(Component::named);
        LoggerContext context = context();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        context.resetTurboFilterList();

        LibraryLimit limit = new LibraryLimit(LIBRARY_LINES_PER_SECOND, System::nanoTime, () -> outOfMemory.run());
        limit.setContext(context);
        limit.start();
        context.addTurboFilter(limit);
        BoundedAppender fresh = new BoundedAppender(format, out, ROOM, RESERVE, limit, PATIENCE);
        fresh.setContext(context);
        fresh.start();
        appender = fresh;
        root.addAppender(fresh);
        for (Component component : Component.values()) {
            setLevel(component.name(), levels.getOrDefault(component.name(), LogLevel.INFO));
        }

        // A record below WARNING would pass the bridge only to be dropped behind it.
        java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.WARNING);
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        if (!hooked) {
            hooked = true;
            Runtime.getRuntime().addShutdownHook(new Thread(Logging::flush, "log-flush"));
        }
    }

    /** Called when a library logs an OutOfMemoryError; must not wait. */
    public static void onOutOfMemory(Runnable action) {
        outOfMemory = action;
    }

    /**
     * Waits at most 2 s until everything logged so far has been written; false if it has not. To be called last
     * before the process ends.
     */
    public static boolean flush() {
        BoundedAppender current = appender;
        return current == null || current.flush();
    }

    /** The level of each component, in the guide's order. */
    public static Map<String, LogLevel> levels() {
        Map<String, LogLevel> levels = new LinkedHashMap<>();
        for (Component component : Component.values()) {
            levels.put(
                    component.name(),
                    LogLevel.of(context().getLogger(component.name()).getEffectiveLevel()));
        }
        return levels;
    }

    /**
     * Holds from the next line on.
     *
     * @throws IllegalArgumentException if there is no such component; names those there are
     */
    public static void setLevel(String component, LogLevel level) {
        Component known = Component.named(component);
        context().getLogger(known.name()).setLevel(level.logback());
        if (known == Component.SERVER) {
            context().getLogger(Component.OWN_PACKAGE).setLevel(level.logback());
            // What libraries say below WARN is about themselves.
            Level ofLibraries = level == LogLevel.ERROR ? Level.ERROR : Level.WARN;
            context().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(ofLibraries);
        }
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
