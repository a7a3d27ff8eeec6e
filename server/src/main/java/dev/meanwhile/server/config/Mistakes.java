package dev.meanwhile.server.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is wrong with the settings, gathered so that one start tells all of it. */
final class Mistakes {
    private static final int MOST_TOLD = 20;

    private final Map<String, String> byKey = new LinkedHashMap<>();
    private final Set<String> unclearModels = new TreeSet<>();
    private boolean modelsUnclear;

    /** Of several about one key the first is told: the others may only follow from it. */
    void add(String key, String text) {
        byKey.putIfAbsent(key, text);
    }

    /** Of a key that is no setting: which one of its model is meant is not known. */
    void addUnknown(String key, String text) {
        add(key, text);
        modelsUnclear |= key.startsWith(Setting.MODEL_PREFIX);
        String model = KeyLookup.modelIn(key);
        if (model != null && model.matches(ConfigTable.MODEL_NAME)) {
            unclearModels.add(model);
        }
    }

    /** Models with a key that is no setting. */
    Set<String> unclearModels() {
        return unclearModels;
    }

    /** Whether what a setting says, or its model, is not known for sure. */
    boolean touch(Setting<?> setting) {
        @Nullable String model = KeyLookup.modelIn(setting.name());
        return byKey.containsKey(setting.name())
                || model != null && unclearModels.contains(model)
                || setting.equals(ConfigTable.DEFAULT_MODEL) && modelsUnclear;
    }

    /** Throws if there are any. */
    void tell() {
        if (byKey.isEmpty()) {
            return;
        }
        int count = byKey.size();
        if (count == 1) {
            throw new ConfigException(byKey.values().iterator().next());
        }
        throw new ConfigException(byKey.values().stream()
                .limit(MOST_TOLD)
                .collect(Collectors.joining(
                        "\n  ",
                        count + " mistakes in the settings:\n  ",
                        count > MOST_TOLD ? "\n  and " + (count - MOST_TOLD) + " more" : "")));
    }
}
