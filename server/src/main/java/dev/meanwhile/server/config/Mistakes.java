package dev.meanwhile.server.config;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is wrong with the settings, gathered so that one start tells all of it. */
final class Mistakes {
    private static final int MOST_TOLD = 20;

    /** By the key, or by the place where one key is wrong at several. */
    private final Map<String, String> texts = new LinkedHashMap<>();

    private final Set<String> unclearKeys = new HashSet<>();
    private final Set<String> unknownKeys = new HashSet<>();
    private final Set<String> unclearModels = new TreeSet<>();
    private Set<String> settled = Set.of();

    /** These keys have their values, whatever is wrong with them in the place that is read now. */
    void settled(Set<String> keys) {
        settled = new HashSet<>(keys);
        settled.remove(ConfigTable.CONFIG.name()); // a file that can't be read makes all of it unclear
    }

    /** Of several about one key the first is told: the others may only follow from it. */
    void add(String key, String text) {
        addAt(key, key, text);
    }

    /** Beside others about the same key. */
    void addAt(String place, String key, String text) {
        texts.putIfAbsent(place, text);
        unclear(key);
    }

    /** Of a key that is no setting: what the one that was meant says, or which one of its model, is not known. */
    void addUnknown(String place, String key, String text) {
        addAt(place, key, text);
        unknownKeys.add(key);
        String meant = KeyLookup.meant(key);
        if (meant != null) {
            unclear(meant);
        }
        String model = KeyLookup.modelIn(key);
        if (model != null && model.matches(ConfigTable.MODEL_NAME)) {
            unclearModels.add(model);
        }
    }

    private void unclear(String key) {
        if (!settled.contains(key)) {
            unclearKeys.add(key);
        }
    }

    /** Models with a key that is no setting. */
    Set<String> unclearModels() {
        return unclearModels;
    }

    /** Whether a key that is no setting may have been meant for that model: cut at its colon, or without any name. */
    boolean mayName(String model) {
        return unknownKeys.stream()
                .anyMatch(key -> ("." + key + ".").contains("." + model + ".")
                        || (Setting.MODEL_PREFIX + model).startsWith(key + ":")
                        || key.startsWith(Setting.MODEL_PREFIX) && KeyLookup.modelIn(key) == null);
    }

    /** Whether what a setting says, or its model, is not known for sure. */
    boolean touch(Setting<?> setting) {
        @Nullable String model = KeyLookup.modelIn(setting.name());
        return unclearKeys.contains(setting.name()) || model != null && unclearModels.contains(model);
    }

    /** Throws if there are any. */
    void tell() {
        if (texts.isEmpty()) {
            return;
        }
        int count = texts.size();
        if (count == 1) {
            throw new ConfigException(texts.values().iterator().next());
        }
        throw new ConfigException(texts.values().stream()
                .limit(MOST_TOLD)
                .collect(Collectors.joining(
                        "\n  ",
                        count + " mistakes in the settings:\n  ",
                        count > MOST_TOLD ? "\n  and " + (count - MOST_TOLD) + " more" : "")));
    }
}
