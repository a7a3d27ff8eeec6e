package dev.meanwhile.server.config;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table.
 *
 * @param name the key; in a model's settings NAME stands for the model
 * @param defaultText what holds if nothing is given; null if that is computed, or nothing
 * @param defaultWords the default, for people
 */
public record Setting<T>(
        String name, Kind<T> kind, @Nullable String defaultText, String defaultWords, String description) {
    static final String MODEL_PREFIX = "model.";
    private static final String ANY_MODEL = MODEL_PREFIX + "NAME.";

    public Setting {
        if (defaultText != null) {
            // A default out of bounds is a fault of the table.
            Objects.requireNonNull(kind.parse(defaultText));
        }
    }

    static <T> Setting<T> fixed(String name, Kind<T> kind, String defaultText, String description) {
        return new Setting<>(name, kind, defaultText, defaultText, description);
    }

    static <T> Setting<T> computed(String name, Kind<T> kind, String defaultWords, String description) {
        return new Setting<>(name, kind, null, defaultWords, description);
    }

    boolean isOfModel() {
        return name.startsWith(ANY_MODEL);
    }

    /** What stands behind the model's name. */
    String suffix() {
        return name.substring(ANY_MODEL.length());
    }

    /** The same setting of one model. */
    public Setting<T> of(String model) {
        return new Setting<>(MODEL_PREFIX + model + "." + suffix(), kind, defaultText, defaultWords, description);
    }

    /** Null if it has none: the name of a model would be ambiguous in capitals. */
    @Nullable
    String variable() {
        return isOfModel() ? null : variableOf(name);
    }

    static String variableOf(String name) {
        return "MEANWHILE_" + name.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
    }
}
