package dev.meanwhile.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was given, checked one by one: a flag wins over the environment, that over the file, that over the default. In the
 * place of what is refused stands the default, until {@link #tellMistakes} tells of all of it.
 */
public final class ConfigValues {
    private final Map<String, Given> given = new LinkedHashMap<>();
    private final Mistakes mistakes = new Mistakes();
    private final Map<String, String> environment;
    private final List<String> warnings = new ArrayList<>();

    private ConfigValues(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Reads all three places. */
    public static ConfigValues read(List<String> args, Map<String, String> environment) {
        ConfigValues values = new ConfigValues(environment);
        Sources.flags(args, values.mistakes).forEach(values.given::putIfAbsent);
        Sources.variables(environment).forEach(values.given::putIfAbsent);
        Optional<Path> file = values.find(ConfigTable.CONFIG);
        if (file.isPresent()) {
            values.mistakes.settled(values.given.keySet()); // the file is overruled there
            Sources.file(file.get(), values.origin(ConfigTable.CONFIG), values.mistakes)
                    .forEach(values.given::putIfAbsent);
            values.mistakes.settled(Set.of());
        }
        // All, whether something will ask for them or not.
        values.given.keySet().forEach(key -> values.find(Objects.requireNonNull(KeyLookup.byKey(key))));
        Set<String> keys = values.models().stream()
                .map(model -> values.given.get(ConfigTable.KEY_ENV.of(model).name()))
                .filter(Objects::nonNull)
                .map(Given::value)
                .collect(Collectors.toSet());
        values.warnings.addAll(Sources.unknownVariables(environment, keys));
        return values;
    }

    /** What holds: given, else the default. */
    public <T> T get(Setting<T> setting) {
        return find(setting).orElseGet(() -> setting.kind().parse(defaultOf(setting)));
    }

    /** What was given. */
    public <T> Optional<T> find(Setting<T> setting) {
        Given value = given.get(setting.name());
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(setting.kind().parse(value.value()));
        } catch (IllegalArgumentException e) {
            mistakes.add(
                    setting.name(),
                    refusal(setting, "expected " + setting.kind().allowed()));
            return Optional.empty();
        }
    }

    /** What holds, as it is written; only of what was accepted. */
    public String text(Setting<?> setting) {
        Given value = given.get(setting.name());
        return value == null ? defaultOf(setting) : value.value();
    }

    public boolean isGiven(Setting<?> setting) {
        return given.containsKey(setting.name());
    }

    /** The names of all models that something was given for, in alphabetical order. */
    public SortedSet<String> models() {
        SortedSet<String> models = clearModels();
        models.addAll(mistakes.unclearModels());
        return models;
    }

    /** Without those that only a key names that is no setting. */
    SortedSet<String> clearModels() {
        SortedSet<String> models = new TreeSet<>();
        for (String key : given.keySet()) {
            String model = KeyLookup.modelIn(key);
            if (model != null) {
                models.add(model);
            }
        }
        return models;
    }

    /** Whether a key that is no setting may have been meant for that model. */
    boolean mayBeMisspelt(String model) {
        return mistakes.mayName(model);
    }

    /**
     * Refuses what a setting says, unless that only follows from another mistake.
     *
     * @param with settings that it is compared with
     */
    public void refuse(Setting<?> setting, String why, Setting<?>... with) {
        boolean onlyFollows = Stream.concat(Stream.of(setting, ConfigTable.CONFIG), Arrays.stream(with))
                .anyMatch(mistakes::touch);
        if (!onlyFollows) {
            mistakes.add(setting.name(), refusal(setting, why));
        }
    }

    /**
     * Ends the reading.
     *
     * @throws ConfigException if anything was refused, a key was unknown or the file could not be read
     */
    public void tellMistakes() {
        mistakes.tell();
    }

    /** Names the key, the value and where it came from. */
    private String refusal(Setting<?> setting, String why) {
        Given value = given.get(setting.name());
        String shown;
        if (value == null) {
            shown = setting.defaultText() == null ? " (not given)" : " = " + setting.defaultText() + " (default)";
        } else {
            String text = setting.kind().mayShow(value.value()) ? Given.shown(value.value()) : "(not shown)";
            shown = " = " + text + " (from " + value.origin() + ")";
        }
        return setting.name() + shown + ": " + why;
    }

    /** A variable of the environment that is no setting; an empty one counts as not set. */
    public Optional<String> environment(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /** What looks like a mistake but may be meant for someone else. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    private String origin(Setting<?> setting) {
        return Objects.requireNonNull(given.get(setting.name())).origin();
    }

    private static String defaultOf(Setting<?> setting) {
        String text = setting.defaultText();
        if (text == null) {
            throw new IllegalStateException(setting.name() + " has no fixed default");
        }
        return text;
    }
}
