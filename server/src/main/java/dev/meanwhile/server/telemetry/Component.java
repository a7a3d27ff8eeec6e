package dev.meanwhile.server.telemetry;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The prefixes of the guide, each the name of a logger; everything else of the service and its libraries is SERVER. */
enum Component {
    WORKER,
    QUEUE,
    ROUTING,
    SESSION,
    SPAWN,
    STORE,
    RETRIEVE,
    NOTIFY,
    COORDINATOR,
    SERVER;

    /** Classes of ours that log under their own name count as SERVER. */
    static final String OWN_PACKAGE = "dev.meanwhile";

    Logger logger() {
        return LoggerFactory.getLogger(name());
    }

    static Component named(String name) {
        for (Component component : values()) {
            if (component.name().equals(name)) {
                return component;
            }
        }
        throw new IllegalArgumentException("unknown component '" + Clean.text(name) + "'; known are "
                + Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", ")));
    }

    /** Whether a logger carries the name of a component: its lines hold only values that never change. */
    static boolean isComponent(String logger) {
        // Logger names of classes have dots; none of ours has.
        if (logger.indexOf('.') < 0) {
            for (Component component : VALUES) {
                if (component.name().equals(logger)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a logger belongs to a library. */
    static boolean isLibrary(String logger) {
        return !isComponent(logger) && !logger.startsWith(OWN_PACKAGE);
    }

    private static final Component[] VALUES = values();
}
