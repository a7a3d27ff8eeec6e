package dev.meanwhile.server.config;

import dev.meanwhile.server.telemetry.Logging;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds settings by what a person has written, and what that person may have meant. */
final class KeyLookup {
    private static final String COMPONENT_LEVEL = ConfigTable.LOG_LEVEL.name() + ".";
    private static final Map<String, Setting<?>> PLAIN = new LinkedHashMap<>();
    private static final Map<String, Setting<?>> OF_MODELS = new LinkedHashMap<>();
    private static final Map<String, Setting<?>> BY_VARIABLE = new LinkedHashMap<>();

    static {
        for (ConfigTable.Section section : ConfigTable.SECTIONS) {
            for (Setting<?> setting : section.settings()) {
                if (setting.isOfModel()) {
                    OF_MODELS.put(setting.suffix(), setting);
                } else {
                    PLAIN.put(setting.name(), setting);
                    BY_VARIABLE.put(Setting.variableOf(setting.name()), setting);
                }
            }
        }
    }

    /** What people call some of them. */
    private static final Map<String, Setting<?>> OTHER_WORDS = new HashMap<>();

    static {
        for (String word :
                List.of("port", "grpc-port", "grpc-address", "address", "host", "bind", "listen", "server")) {
            OTHER_WORDS.put(word, ConfigTable.GRPC);
        }
        for (String word : List.of("http-port", "http-address", "metrics", "metrics-port", "metrics-address")) {
            OTHER_WORDS.put(word, ConfigTable.HTTP);
        }
        for (String word : List.of("data-dir", "data-folder", "dir", "folder", "database", "db")) {
            OTHER_WORDS.put(word, ConfigTable.DATA);
        }
    }

    private KeyLookup() {}

    /** The setting of a full key, {@code model.a.b.url} included. */
    static @Nullable Setting<?> byKey(String key) {
        String model = modelIn(key);
        if (model == null) {
            return PLAIN.get(key);
        }
        Setting<?> setting = OF_MODELS.get(key.substring(key.lastIndexOf('.') + 1));
        return setting == null || !model.matches(ConfigTable.MODEL_NAME) ? null : setting.of(model);
    }

    static @Nullable Setting<?> byVariable(String variable) {
        return BY_VARIABLE.get(variable);
    }

    /** The model a key belongs to: names may have dots, what stands behind them has none. */
    static @Nullable String modelIn(String key) {
        int end = key.lastIndexOf('.');
        boolean ofModel = key.startsWith(Setting.MODEL_PREFIX) && end > Setting.MODEL_PREFIX.length();
        return ofModel ? key.substring(Setting.MODEL_PREFIX.length(), end) : null;
    }

    /** The setting that an unknown key may have been meant to be; null also for those of models. */
    static @Nullable String meant(String key) {
        Setting<?> named = OTHER_WORDS.get(key);
        if (named != null) {
            return named.name();
        }
        return modelIn(key) == null ? nearest(key, PLAIN.keySet()) : null;
    }

    /** Why there is no such key, to follow its name. */
    static String whyUnknown(String key, String prefix) {
        String model = modelIn(key);
        if (model == null) {
            Setting<?> named = OTHER_WORDS.get(key);
            if (named != null) {
                return "is not a setting; did you mean " + prefix + named.name() + " ("
                        + named.kind().placeholder() + ")?";
            }
            String meant = meant(key);
            if (meant == null && key.startsWith(COMPONENT_LEVEL)) {
                return "is not a setting; " + components();
            }
            return "is not a setting" + (meant == null ? "" : "; did you mean " + prefix + meant + "?");
        }
        if (!model.matches(ConfigTable.MODEL_NAME)) {
            return "does not name a model: expected " + ConfigTable.MODEL_NAME_WORDS;
        }
        String suffix = key.substring(key.lastIndexOf('.') + 1);
        if (suffix.equals("key")) {
            return "is not a setting: a key comes from the environment (key-env) or a file (key-file)";
        }
        String meant = nearest(suffix, OF_MODELS.keySet());
        return "is not a setting"
                + (meant == null
                        ? "; a model has " + String.join(", ", OF_MODELS.keySet())
                        : "; did you mean " + prefix + Setting.MODEL_PREFIX + model + "." + meant + "?");
    }

    /** What to say of a variable that is no setting, to follow its name. */
    static String whyIgnored(String variable) {
        String meant = nearest(variable, BY_VARIABLE.keySet());
        if (meant != null) {
            return "; did you mean " + meant + "?";
        }
        return ": there is no such setting"
                + (variable.startsWith(Setting.variableOf(COMPONENT_LEVEL)) ? "; " + components() : "");
    }

    private static String components() {
        return "the components are " + String.join(", ", Logging.components());
    }

    private static @Nullable String nearest(String written, Iterable<String> known) {
        String best = null;
        // Two letters swapped are two changes.
        int bestDistance = 3;
        for (String candidate : known) {
            int distance = distance(written, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    /** Levenshtein's. */
    private static int distance(String a, String b) {
        List<Integer> above = new ArrayList<>();
        for (int j = 0; j <= b.length(); j++) {
            above.add(j);
        }
        for (int i = 1; i <= a.length(); i++) {
            List<Integer> row = new ArrayList<>(List.of(i));
            for (int j = 1; j <= b.length(); j++) {
                int replaced = above.get(j - 1) + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row.add(Math.min(replaced, 1 + Math.min(above.get(j), row.get(j - 1))));
            }
            above = row;
        }
        return above.getLast();
    }
}
